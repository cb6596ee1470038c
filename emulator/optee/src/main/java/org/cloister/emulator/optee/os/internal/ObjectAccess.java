// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.PhysicalMemory;

/** Reads and writes memory objects through physical memory, run by run. Stateless. */
final class ObjectAccess {
    private ObjectAccess() {}

    static void read(PhysicalMemory memory, MemoryObject object, long offset, MemorySegment into) {
        check(object, offset, into.byteSize());
        long done = 0;
        while (done < into.byteSize()) {
            long run = Math.min(object.run(offset + done), into.byteSize() - done);
            memory.read(object.address(offset + done), into.asSlice(done, run));
            done += run;
        }
    }

    static void write(PhysicalMemory memory, MemoryObject object, long offset, MemorySegment from) {
        check(object, offset, from.byteSize());
        long done = 0;
        while (done < from.byteSize()) {
            long run = Math.min(object.run(offset + done), from.byteSize() - done);
            memory.write(object.address(offset + done), from.asSlice(done, run));
            done += run;
        }
    }

    private static void check(MemoryObject object, long offset, long size) {
        if (!object.contains(offset, size)) {
            throw new IndexOutOfBoundsException(
                    "%d bytes at offset %d leave memory of %d bytes".formatted(size, offset, object.size()));
        }
    }
}
