// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.stream.Stream;

/**
 * Gives a processor to who is timed, so that a benchmark tells what those beside do to it by memory, and not whom the
 * scheduler sends away for whom. On Linux, by sched_setaffinity(2); elsewhere, and with one processor, all stays as it
 * is.
 */
final class Processors {
    private static final int MASK_BYTES = 128; // as glibc's cpu_set_t
    private static final int CALLER = 0;
    private static final Path THREADS = Path.of("/proc/self/task");

    private Processors() {}

    /**
     * The calling thread keeps to one processor, and all other threads of this process to the rest. Threads to come run
     * where the one that makes them does.
     */
    static void takeOne() {
        if (!Files.isDirectory(THREADS)) {
            return;
        }
        BitSet rest = of(CALLER);
        if (rest.cardinality() < 2) {
            return;
        }
        BitSet one = new BitSet();
        one.set(rest.nextSetBit(0));
        rest.andNot(one);
        try (Stream<Path> threads = Files.list(THREADS)) {
            threads.forEach(thread -> run(Integer.parseInt(thread.getFileName().toString()), rest));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!run(CALLER, one)) {
            throw new IllegalStateException("this thread cannot keep to processor " + one);
        }
    }

    private static BitSet of(int thread) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            return call("sched_getaffinity", thread, mask) ? BitSet.valueOf(mask.asByteBuffer()) : new BitSet();
        }
    }

    /** Whether it does now; a thread that has ended does not. */
    private static boolean run(int thread, BitSet where) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocate(MASK_BYTES, Long.BYTES);
            mask.copyFrom(MemorySegment.ofArray(where.toByteArray()));
            return call("sched_setaffinity", thread, mask);
        }
    }

    @SuppressWarnings("restricted") // who runs benchmarks lets them call the C library
    private static boolean call(String name, int thread, MemorySegment mask) {
        Linker linker = Linker.nativeLinker();
        MethodHandle function = linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try {
            return (int) function.invokeExact(thread, mask.byteSize(), mask) >= 0;
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }
}
