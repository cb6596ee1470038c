// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.Eyes;
import org.cloister.tck.internal.PoolBench;

/** What the CPU may do with a buffer, and that it stays within. */
@Category("bounds")
final class CpuAccessChecks {
    private static final String LEAVE_THE_DEFAULT = "Leave the method to its default, or throw "
            + "HeapException(CPU_ACCESS_DENIED) where the attributes do not include the access.";

    private static MemorySegment bytes(long size, int seed) {
        byte[] bytes = new byte[(int) size];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 13 + seed + (i >> 8));
        }
        return MemorySegment.ofArray(bytes);
    }

    /** Whether the CPU may write; where it may not, the refusal was asserted. */
    private static boolean written(PoolBench bench, PoolBuffer buffer, long offset, MemorySegment from) {
        if (bench.attributes().cpuAccess().writes()) {
            Expect.works("writing %d bytes at offset %d with the CPU".formatted(from.byteSize(), offset),
                    () -> bench.pool().write(buffer, offset, from));
            return true;
        }
        bench.absent("writing with the CPU", HeapError.CPU_ACCESS_DENIED,
                () -> bench.pool().write(buffer, offset, from));
        return false;
    }

    /** What is in a buffer, by the CPU or by a device; skips when nobody can tell. */
    private static byte[] content(PoolBench bench, PoolBuffer buffer, long offset, int length) {
        if (bench.attributes().cpuAccess().reads()) {
            byte[] into = new byte[length];
            bench.pool().read(buffer, offset, MemorySegment.ofArray(into));
            return into;
        }
        Eyes eyes = bench.eyes();
        return eyes.look(eyes.address(buffer, offset), length);
    }

    @Check(clause = "The CPU writes where the attributes let it, and is refused elsewhere.", remedy = LEAVE_THE_DEFAULT)
    void theCpuWritesWhereItMay(PoolBench bench) {
        written(bench, bench.take(bench.modest()), 0, bytes(64, 1));
    }

    @Check(clause = "The CPU reads where the attributes let it, and is refused elsewhere.", remedy = LEAVE_THE_DEFAULT)
    void theCpuReadsWhereItMay(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        MemorySegment into = MemorySegment.ofArray(new byte[64]);
        if (bench.attributes().cpuAccess().reads()) {
            Expect.works("reading with the CPU", () -> bench.pool().read(buffer, 0, into));
        } else {
            bench.absent("reading with the CPU", HeapError.CPU_ACCESS_DENIED,
                    () -> bench.pool().read(buffer, 0, into));
        }
    }

    @Check(clause = "The CPU maps where the attributes let it read, and is refused elsewhere.",
            remedy = LEAVE_THE_DEFAULT)
    void theCpuMapsWhereItMay(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        if (bench.attributes().cpuAccess().reads()) {
            Expect.works("mapping for the CPU", () -> bench.pool().map(buffer, Access.READ_WRITE).close());
        } else {
            bench.absent("mapping for the CPU", HeapError.CPU_ACCESS_DENIED,
                    () -> bench.pool().map(buffer, Access.READ).close());
        }
    }

    @Check(clause = "A refused CPU access leaves its target as it was.",
            remedy = "Refuse before the first byte is copied.")
    void aRefusedReadFillsNothing(PoolBench bench) {
        if (bench.attributes().cpuAccess().reads()) {
            throw Expect.skip("the CPU may read this memory");
        }
        byte[] into = new byte[64];
        bench.absent("reading with the CPU", HeapError.CPU_ACCESS_DENIED,
                () -> bench.pool().read(bench.take(bench.modest()), 0, MemorySegment.ofArray(into)));
        Expect.that(Eyes.blank(into), "a refused read filled in %s", Eyes.hex(into));
    }

    @Check(clause = "What the CPU writes is there.",
            remedy = "Write to the buffer's own address, plus the offset, all of the bytes.")
    void whatIsWrittenIsThere(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        MemorySegment wanted = bytes(256, 2);
        if (written(bench, buffer, 24, wanted)) {
            byte[] found = content(bench, buffer, 24, 256);
            Expect.that(wanted.mismatch(MemorySegment.ofArray(found)) == -1, "found is %s", Eyes.hex(found));
        }
    }

    @Check(clause = "The CPU can write a buffer from its first byte to its last.",
            remedy = "Bound accesses by the size of the buffer, not by what was asked for or by a page.")
    void aWholeBufferCanBeWritten(PoolBench bench) {
        PoolBuffer buffer = bench.take(3 * bench.granule());
        MemorySegment wanted = bytes(buffer.size(), 3);
        if (written(bench, buffer, 0, wanted)) {
            byte[] last = content(bench, buffer, buffer.size() - 16, 16);
            Expect.that(wanted.asSlice(buffer.size() - 16).mismatch(MemorySegment.ofArray(last)) == -1,
                    "at the end is %s", Eyes.hex(last));
        }
    }

    @Check(clause = "The CPU can write the last byte alone.",
            remedy = "Compare offset + length with the size, and mind the off-by-one.")
    void theLastByteCanBeWritten(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        if (written(bench, buffer, buffer.size() - 1, bytes(1, 4))) {
            byte[] found = content(bench, buffer, buffer.size() - 1, 1);
            Expect.that(found[0] == bytes(1, 4).get(ValueLayout.JAVA_BYTE, 0), "the last byte is %s", Eyes.hex(found));
        }
    }

    @Check(clause = "A write of nothing does nothing.", remedy = "Let a length of zero pass.")
    void nothingCanBeWritten(PoolBench bench) {
        written(bench, bench.take(bench.granule()), 8, MemorySegment.ofArray(new byte[0]));
    }

    @Check(clause = "A write to one buffer changes no other.",
            remedy = "Work the address out from the buffer's own place; look for overlaps of what is handed out.")
    void aWriteStaysInItsBuffer(PoolBench bench) {
        PoolBuffer before = bench.take(bench.granule());
        PoolBuffer buffer = bench.take(bench.granule());
        PoolBuffer behind = bench.take(bench.granule());
        int length = (int) Math.min(bench.granule(), 4096);
        if (!written(bench, before, 0, bytes(before.size(), 5)) || !written(bench, behind, 0, bytes(behind.size(), 6))) {
            return;
        }
        written(bench, buffer, 0, bytes(buffer.size(), 7));
        byte[] left = content(bench, before, before.size() - length, length);
        byte[] right = content(bench, behind, 0, length);
        Expect.that(bytes(before.size(), 5).asSlice(before.size() - length).mismatch(MemorySegment.ofArray(left)) == -1,
                "the buffer before it was changed");
        Expect.that(bytes(behind.size(), 6).asSlice(0, length).mismatch(MemorySegment.ofArray(right)) == -1,
                "the buffer behind it was changed");
    }

    @Check(clause = "A write from memory outside the heap of the Java virtual machine works, too.",
            remedy = "Copy with MemorySegment.copy, which takes any segment.")
    void anySegmentCanBeWrittenFrom(PoolBench bench) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment from = arena.allocate(128).fill((byte) 0x33);
            written(bench, bench.take(bench.modest()), 0, from);
        }
    }

    private static PoolMapping mapped(PoolBench bench, PoolBuffer buffer, Access access) {
        if (!bench.attributes().cpuAccess().reads()) {
            bench.absent("mapping for the CPU", HeapError.CPU_ACCESS_DENIED,
                    () -> bench.pool().map(buffer, access).close());
            return null;
        }
        return bench.pool().map(buffer, access);
    }

    @Check(clause = "A mapping covers the buffer, and no more.",
            remedy = "Slice the mapped segment to the size of the buffer.")
    void aMappingCoversTheBuffer(PoolBench bench) {
        PoolBuffer buffer = bench.take(3 * bench.granule());
        PoolMapping mapping = mapped(bench, buffer, Access.READ_WRITE);
        if (mapping != null) {
            try (mapping) {
                Expect.that(mapping.segment().byteSize() == buffer.size(), "%d bytes of %d are mapped",
                        mapping.segment().byteSize(), buffer.size());
            }
        }
    }

    @Check(clause = "A mapping shows what was written.", remedy = "Map the memory itself, not a copy.")
    void aMappingShowsTheBuffer(PoolBench bench) {
        PoolBuffer buffer = bench.take(bench.modest());
        PoolMapping mapping = mapped(bench, buffer, Access.READ_WRITE);
        if (mapping != null) {
            try (mapping) {
                mapping.segment().set(ValueLayout.JAVA_BYTE, 5, (byte) 0x4d);
                byte[] found = content(bench, buffer, 5, 1);
                Expect.that(Arrays.equals(found, new byte[] {0x4d}), "found is %s", Eyes.hex(found));
            }
        }
    }

    @Check(clause = "A mapping that was closed is inaccessible.",
            remedy = "Map within an arena of the mapping's own, and close it.")
    void aClosedMappingIsInaccessible(PoolBench bench) {
        PoolMapping mapping = mapped(bench, bench.take(bench.modest()), Access.READ_WRITE);
        if (mapping != null) {
            MemorySegment segment = mapping.segment();
            mapping.close();
            Expect.that(!segment.scope().isAlive(), "the segment of a closed mapping is alive");
        }
    }

    @Check(clause = "A mapping can be closed twice.", remedy = "Remember that it was closed, and do nothing then.")
    void aMappingIsClosedTwice(PoolBench bench) {
        PoolMapping mapping = mapped(bench, bench.take(bench.modest()), Access.READ);
        if (mapping != null) {
            mapping.close();
            Expect.works("closing a mapping again", mapping::close);
        }
    }

    @Check(clause = "A mapping can be used and closed by any thread.",
            remedy = "Use Arena.ofShared() for mappings.")
    void aMappingBelongsToNoThread(PoolBench bench) throws InterruptedException {
        PoolMapping mapping = mapped(bench, bench.take(bench.modest()), Access.READ);
        if (mapping != null) {
            Throwable[] thrown = new Throwable[1];
            Thread.ofPlatform().start(() -> {
                try {
                    mapping.segment().get(ValueLayout.JAVA_BYTE, 0);
                    mapping.close();
                } catch (RuntimeException | Error e) {
                    thrown[0] = e;
                }
            }).join();
            Expect.that(thrown[0] == null, "on another thread it threw %s", thrown[0]);
        }
    }
}
