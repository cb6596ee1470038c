// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.layout.OpteeMessage;

/** A message to OP-TEE that is under way. */
final class TraceMessage {
    private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

    private final long[] pages;
    private final long offset;
    private boolean requesting;

    TraceMessage(long[] pages, long offset) {
        this.pages = pages;
        this.offset = offset;
    }

    /** Tells whether the trusted OS waits for the answer to a request behind the message. */
    boolean isRequesting() {
        return requesting;
    }

    void requesting(boolean requests) {
        requesting = requests;
    }

    /** The message with its parameters; nothing when it cannot be read. */
    MemorySegment read(TraceMemory memory) {
        return read(memory, offset);
    }

    /** The request behind the message; nothing when it cannot be read. */
    MemorySegment readRequest(TraceMemory memory) {
        MemorySegment message = read(memory);
        return message.byteSize() == 0 ? NOTHING : read(memory, offset + message.byteSize());
    }

    private MemorySegment read(TraceMemory memory, long at) {
        MemorySegment header = memory.read(pages, at, OpteeMessage.SIZE);
        if (header.byteSize() == 0) {
            return NOTHING;
        }
        int count = OpteeMessage.paramCount(header, 0);
        return count < 0 || count > OpteeMessage.MAX_PARAMS
                ? header : memory.read(pages, at, OpteeMessage.size(count));
    }
}
