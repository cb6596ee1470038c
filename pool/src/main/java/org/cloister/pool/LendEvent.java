// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import jdk.jfr.Label;
import jdk.jfr.Name;

/** Memory was lent to the secure world, or that was tried. */
@Name("org.cloister.Lend")
@Label("Memory lent")
final class LendEvent extends ChunkEvent {}
