// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.BufferState;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.HeapBench;

/** Buffers as bundles use them, through core. */
@Category("buffers")
final class BufferChecks {
    private static MemorySegment bytes(int count) {
        return MemorySegment.ofArray(new byte[count]);
    }

    @Check(clause = "One byte can be asked for, and is rounded up to one unit.",
            remedy = "Set the granularity to the least that the pool hands out.")
    void oneByteIsRoundedUp(HeapBench bench) {
        DmaBuf buffer = bench.obtain(1);
        Expect.that(buffer.size() == bench.attributes().granularity(), "it has %d bytes", buffer.size());
    }

    @Check(clause = "A size that is no multiple of the granularity is rounded up.",
            remedy = "Return the size in whole units.")
    void oddSizesAreRoundedUp(HeapBench bench) {
        long unit = bench.attributes().granularity();
        DmaBuf buffer = bench.obtain(2 * unit + 1);
        Expect.that(buffer.size() == 3 * unit, "it has %d bytes in units of %d", buffer.size(), unit);
    }

    @Check(clause = "A length of zero is refused.", remedy = "Leave it to core; do not throw from attributes().")
    void aLengthOfZeroIsRefused(HeapBench bench) {
        Expect.refusal("an allocation of 0 bytes", () -> bench.take(0), HeapError.INVALID_ARGUMENT);
    }

    @Check(clause = "A length that no memory has is refused, and the heap stays with its backend.",
            remedy = "Refuse with a HeapException: anything else is taken for a failure of the backend.")
    void anAbsurdLengthIsRefused(HeapBench bench) {
        Expect.refusal("an allocation of 2^62 bytes", () -> bench.take(1L << 62), HeapError.INVALID_ARGUMENT,
                HeapError.NO_MEMORY);
        Expect.that(bench.served().backend().equals(bench.id()), "the heap is served by \"%s\" now",
                bench.served().backend());
    }

    @Check(clause = "An alignment that is asked for is given.",
            remedy = "Honour the second argument of allocate().")
    void anAlignmentIsGiven(HeapBench bench) {
        DmaBuf[] got = new DmaBuf[1];
        Expect.works("an allocation aligned to 64 KiB", () -> got[0] = bench.keep(
                bench.served().allocate(AllocationRequest.of(1).aligned(Math.max(1 << 16,
                        bench.attributes().granularity())))));
        Expect.that(got[0].state() == BufferState.LIVE, "it is %s", got[0].state());
    }

    @Check(clause = "A closed buffer's memory is free again.",
            remedy = "Give the memory back in free().")
    void aClosedBufferIsFree(HeapBench bench) {
        long before = bench.free();
        try (DmaBuf buffer = bench.obtain(bench.modest())) {
            Expect.that(bench.free() <= before - buffer.size(), "%d bytes were free, and %d are", before, bench.free());
        }
        Expect.that(bench.free() == before, "%d bytes were free, and %d are", before, bench.free());
    }

    @Check(clause = "A buffer lives until its last reference is closed.",
            remedy = "Free when core calls free(), and by nothing else.")
    void aBufferLivesUntilItsLastReference(HeapBench bench) {
        DmaBuf first = bench.obtain(bench.modest());
        DmaBuf second = bench.keep(bench.heaps().reference(first));
        first.close();
        Expect.that(second.state() == BufferState.LIVE, "it is %s", second.state());
        Expect.that(bench.usage().buffers() >= 1, "no buffer is live");
    }

    @Check(clause = "The CPU's writes go where the attributes let them, and are refused elsewhere.",
            remedy = "Implement write() if cpuAccess includes it; leave it to its default if not.")
    void theCpuWritesWhereItMay(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        if (bench.attributes().cpuAccess().writes()) {
            Expect.works("a write by the CPU", () -> buffer.write(16, bytes(64)));
        } else {
            bench.absent("a write by the CPU", HeapError.CPU_ACCESS_DENIED, () -> buffer.write(16, bytes(64)));
        }
    }

    @Check(clause = "The CPU's reads are served where memory is not restricted, and refused elsewhere.",
            remedy = "Implement read() if cpuAccess includes it; leave it to its default if not.")
    void theCpuReadsWhereItMay(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        if (bench.attributes().cpuAccess().reads() && !bench.attributes().restricted()) {
            Expect.works("a read by the CPU", () -> buffer.read(16, bytes(64)));
        } else {
            bench.absent("a read by the CPU", HeapError.CPU_ACCESS_DENIED, () -> buffer.read(16, bytes(64)));
        }
    }

    @Check(clause = "Mappings for the CPU are served where memory is not restricted, and refused elsewhere.",
            remedy = "Implement map() if cpuAccess includes reading; leave it to its default if not.")
    void theCpuMapsWhereItMay(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        if (bench.attributes().cpuAccess().reads() && !bench.attributes().restricted()) {
            Expect.works("a mapping for the CPU", () -> {
                try (CpuMapping mapping = buffer.map(Access.READ, Duration.ZERO)) {
                    Expect.that(mapping.segment().byteSize() == buffer.size(), "%d bytes are mapped of %d",
                            mapping.segment().byteSize(), buffer.size());
                }
            });
        } else {
            bench.absent("a mapping for the CPU", HeapError.CPU_ACCESS_DENIED,
                    () -> buffer.map(Access.READ, Duration.ZERO).close());
        }
    }

    @Check(clause = "CPU access beyond the end is refused, by one byte and by 2^63.",
            remedy = "Return from size() what can be accessed, not more.")
    void accessBeyondTheEndIsRefused(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        HeapError[] errors = bench.attributes().cpuAccess().writes() ? new HeapError[] {HeapError.OUT_OF_BOUNDS}
                : new HeapError[] {HeapError.CPU_ACCESS_DENIED, HeapError.OUT_OF_BOUNDS};
        for (long offset : new long[] {buffer.size() - 7, buffer.size(), -1, Long.MAX_VALUE - 3, Long.MIN_VALUE}) {
            Expect.refusal("a write of 8 bytes at offset " + offset, () -> buffer.write(offset, bytes(8)), errors);
        }
    }

    @Check(clause = "A closed reference is of no use.", remedy = "Leave references to core.")
    void aClosedReferenceIsOfNoUse(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        buffer.close();
        buffer.close();
        Expect.refusal("a write through a closed reference", () -> buffer.write(0, bytes(1)), HeapError.CLOSED);
    }

    @Check(clause = "A heap that is used up refuses, and serves again when buffers are closed.",
            remedy = "Refuse with NO_MEMORY or NO_REGION when there is no more: anything else ends the backend's service.")
    void aHeapRecovers(HeapBench bench) {
        long step = Math.max(bench.attributes().granularity(), Long.highestOneBit(Math.max(1, bench.free() / 4)));
        List<DmaBuf> all = new ArrayList<>();
        try {
            while (all.size() < 16) {
                all.add(bench.take(step));
            }
            throw Expect.fail("%d times a quarter of what was free was allocated", all.size());
        } catch (HeapException e) {
            Expect.that(e.error() == HeapError.NO_MEMORY || e.error() == HeapError.NO_REGION, "it said %s",
                    e.getMessage());
        }
        all.forEach(DmaBuf::close);
        bench.obtain(step);
    }

    @Check(clause = "A descriptor is there exactly where a kernel's memory is.",
            remedy = "Leave fd() empty unless the memory is a real dma-buf.")
    void aDescriptorMeansAKernel(HeapBench bench) {
        DmaBuf buffer = bench.obtain(bench.modest());
        Expect.that(buffer.fd().isEmpty() || buffer.fd().getAsInt() >= 0, "the descriptor is %s", buffer.fd());
    }
}
