// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.MemoryRange;

/**
 * How the decoder reaches memory in a mode. In protected mode it writes restricted memory only: that is checked when
 * memory is handed over, and again with each write, for the firewall may have been reprogrammed meanwhile. Safe for use
 * by any thread.
 *
 * @param dma its way to memory
 * @param restricted tells which memory is restricted
 * @param isProtected whether it is in protected mode
 */
record Channel(Dma dma, Predicate<MemoryRange> restricted, boolean isProtected) {
    /** Reads as {@link Dma#gather}. */
    void read(List<MemoryRange> ranges, long offset, MemorySegment into) {
        dma.gather(ranges, offset, into);
    }

    /** Writes as {@link Dma#scatter}. */
    void write(MemorySegment from, List<MemoryRange> ranges, long offset) {
        exposed(ranges).ifPresent(range -> {
            throw new BusFault(dma.memory().initiator(), range.address(), range.length(), Access.WRITE,
                    "protected mode", "it is not restricted memory");
        });
        dma.scatter(from, ranges, offset);
    }

    /**
     * Checks memory that is to be written.
     *
     * @param what what it is for, for the error
     * @throws HeapException {@code INVALID_ARGUMENT} when it cannot be followed, {@code NOT_PERMITTED} when it must not be
     *     written
     */
    void requireWritable(String what, List<MemoryRange> ranges) {
        dma.requireFollowable(what, ranges);
        exposed(ranges).ifPresent(range -> {
            throw new HeapException(HeapError.NOT_PERMITTED, what, dma.memory().initiator().name(),
                    "it is in protected mode, and %s is not restricted memory".formatted(range),
                    "give memory of a restricted heap");
        });
    }

    private Optional<MemoryRange> exposed(List<MemoryRange> ranges) {
        return isProtected ? ranges.stream().filter(restricted.negate()).findFirst() : Optional.empty();
    }
}
