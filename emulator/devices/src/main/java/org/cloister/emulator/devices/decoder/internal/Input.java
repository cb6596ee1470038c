// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.util.List;
import org.cloister.platform.device.MemoryRange;

/** What a decoder session is given to work on, in order. */
sealed interface Input {
    /** An access unit in memory. */
    record Bitstream(long cookie, List<MemoryRange> memory, long timestamp) implements Input {}

    /** The client wants all pictures of what came before. */
    record Drain() implements Input {}
}
