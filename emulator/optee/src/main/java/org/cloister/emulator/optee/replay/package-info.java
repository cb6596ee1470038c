// SPDX-License-Identifier: Apache-2.0
/**
 * Recorded calls to firmware, fed to freshly booted emulated firmware and compared.
 *
 * <p>{@link org.cloister.emulator.optee.replay.TraceReplay} reads three formats, which it tells apart by their first
 * line:
 *
 * <ul>
 * <li><b>vectors</b>, one call a line, fields separated by tabs: name; x0 to x7 in hexadecimal, or {@code P}<i>n</i>
 *     for page <i>n</i> of normal memory, or {@code HL} and {@code HH} for the halves of the handle that was kept last;
 *     the content of the TX buffer, as hexadecimal bytes and such pages; the registers of the answer; those of the
 *     reclaim that followed; the beginning of the RX buffer. Handles are reclaimed at once unless the name starts with
 *     {@code keep:}. What stands before the first slash of a name is a group, which starts from freshly booted
 *     firmware. In a file with groups named {@code fshare} or {@code flend} the firmware takes descriptors in
 *     fragments, what stands before the second slash is a group, and handles are not compared.
 * <li><b>wire traces</b>, as a kernel prints them: {@code ffa>} and {@code ffa<} or {@code smc>} and {@code smc<} with
 *     the registers, {@code msg>} and {@code msg<} with the message before and after, {@code mem} with the descriptor
 *     before a call that has one, {@code STEP} with what the recorder did. What stands before these words, such as
 *     {@code "optee: WT "}, is skipped.
 * <li><b>traces of this product</b>, made by {@link org.cloister.platform.conduit.RecordingConduit}: the same words,
 *     {@code list} with the pages behind a parameter, and {@code in>} with what the first parameter of a message refers
 *     to, where that was recorded. Memory that was not recorded is zero.
 * </ul>
 *
 * <p>A trace that is cut within a record, so that a call has no answer where others have one, or a descriptor or message
 * has no call or not all its words, is refused before anything is called.
 */
@Export
@Version("1.0.0")
package org.cloister.emulator.optee.replay;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
