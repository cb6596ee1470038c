// SPDX-License-Identifier: Apache-2.0
/**
 * Structures that pass between worlds, byte for byte: one class for each, with its offsets in the class comment.
 *
 * <p>All are little-endian and may lie at any address of any {@link java.lang.foreign.MemorySegment}. Accessors are
 * static, take the segment and the offset of the structure in it, allocate nothing, and leave it to the segment to
 * refuse what lies outside of it. Readers and writers of whole messages are objects that are made once and used for
 * many messages; they check before they touch.
 */
@Export
@Version("1.0.0")
package org.cloister.platform.layout;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
