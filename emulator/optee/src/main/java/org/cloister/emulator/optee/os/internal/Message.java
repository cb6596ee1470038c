// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;

/**
 * A message in memory of the normal world. It is copied when it is opened, so that what was checked cannot change;
 * results are written to the copy and to the memory, field by field, and nothing else is.
 *
 * <p>For one thread of the trusted OS.
 */
final class Message {
    private final PhysicalMemory memory;
    private final MemoryObject object;
    private final long offset;
    private final MemorySegment copy;
    private final int paramCount;

    private Message(PhysicalMemory memory, MemoryObject object, long offset, MemorySegment copy, int paramCount) {
        this.memory = memory;
        this.object = object;
        this.offset = offset;
        this.copy = copy;
        this.paramCount = paramCount;
    }

    /**
     * Copies the message at {@code offset} of {@code object} into {@code scratch}.
     *
     * @return the message; empty when its header or its parameters leave the object, or there are too many
     */
    static Optional<Message> open(PhysicalMemory memory, MemoryObject object, long offset, MemorySegment scratch) {
        if (!object.contains(offset, OpteeMessage.SIZE)) {
            return Optional.empty();
        }
        ObjectAccess.read(memory, object, offset, scratch.asSlice(0, OpteeMessage.SIZE));
        int count = OpteeMessage.paramCount(scratch, 0);
        if (count < 0 || count > OpteeMessage.MAX_PARAMS || !object.contains(offset, OpteeMessage.size(count))) {
            return Optional.empty();
        }
        ObjectAccess.read(memory, object, offset + OpteeMessage.SIZE,
                scratch.asSlice(OpteeMessage.SIZE, OpteeMessage.size(count) - OpteeMessage.SIZE));
        return Optional.of(new Message(memory, object, offset, scratch, count));
    }

    /** Where a request of the trusted OS can be put: behind this message. */
    long end() {
        return offset + OpteeMessage.size(paramCount);
    }

    int command() {
        return OpteeMessage.command(copy, 0);
    }

    int function() {
        return OpteeMessage.function(copy, 0);
    }

    int session() {
        return OpteeMessage.session(copy, 0);
    }

    int paramCount() {
        return paramCount;
    }

    /** The copy, to read parameters from by {@link OpteeParameter}. */
    MemorySegment copy() {
        return copy;
    }

    /** Where in the copy parameter {@code index} is. */
    long param(int index) {
        return OpteeMessage.paramAt(0, index);
    }

    long attributes(int index) {
        return OpteeParameter.attributes(copy, param(index));
    }

    void session(int session) {
        OpteeMessage.session(copy, 0, session);
        flush(8, 4);
    }

    void result(int result) {
        OpteeMessage.result(copy, 0, result);
        flush(20, 4);
    }

    void origin(int origin) {
        OpteeMessage.origin(copy, 0, origin);
        flush(24, 4);
    }

    /** Sets two numbers of a value; the third stays. */
    void value(int index, long a, long b) {
        long at = param(index);
        OpteeParameter.value(copy, at, attributes(index), a, b, OpteeParameter.c(copy, at));
        flush(at + 8, 16);
    }

    /** Sets the third number of a value. */
    void third(int index, long c) {
        long at = param(index);
        OpteeParameter.value(copy, at, attributes(index), OpteeParameter.a(copy, at), OpteeParameter.b(copy, at), c);
        flush(at + 24, 8);
    }

    /** Sets the bytes of memory. */
    void size(int index, long size) {
        OpteeParameter.size(copy, param(index), size);
        flush(param(index) + 16, 8);
    }

    private void flush(long at, long length) {
        ObjectAccess.write(memory, object, offset + at, copy.asSlice(at, length));
    }
}
