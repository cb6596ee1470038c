// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import jdk.jfr.Label;
import jdk.jfr.Name;

/** Memory was taken back from the secure world, or that was tried. */
@Name("org.cloister.Reclaim")
@Label("Memory reclaimed")
final class ReclaimEvent extends ChunkEvent {}
