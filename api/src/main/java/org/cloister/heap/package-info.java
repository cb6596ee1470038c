// SPDX-License-Identifier: Apache-2.0
/**
 * Heaps of memory that only chosen hardware may touch, and the buffers allocated from them.
 */
@Export
@Version("1.0.0")
package org.cloister.heap;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
