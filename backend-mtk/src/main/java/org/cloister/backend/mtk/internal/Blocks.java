// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.SequencedSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;

/**
 * The contiguous memory that is handed over block by block. Blocks are as large as the area divided by the number of
 * regions that the hardware can protect, in units of 4 MiB, so that all of the area can be handed over. For one thread
 * at a time.
 */
final class Blocks {
    /** Bytes; blocks are made of these. */
    static final long UNIT = 4 << 20;

    private final ContiguousArea area;
    private final List<Segment> handedOver = new ArrayList<>();
    private final List<Segment> lost = new ArrayList<>();
    private OptionalInt regions = OptionalInt.empty();

    Blocks(ContiguousArea area) {
        this.area = area;
    }

    /** Where blocks come from. */
    AddressRange range() {
        return new AddressRange(area.base(), area.size());
    }

    /** Those that the application has. */
    List<Segment> handedOver() {
        return handedOver;
    }

    /** How many regions there are, for blocks and for single devices, once the application was asked. */
    OptionalInt regions() {
        return regions;
    }

    /** The application said how many regions there are; one less than one counts as none. */
    void regions(int count) {
        regions = OptionalInt.of(Math.max(0, count));
    }

    /** Bytes that are not handed over. */
    long free() {
        return area.free();
    }

    /** Bytes of a block. */
    long blockSize() {
        long count = Math.max(1, regions.orElse(1));
        long share = (area.size() + count - 1) / count;
        return Math.min((share + UNIT - 1) & -UNIT, area.size());
    }

    /** The sizes that a block for a buffer may have, those to be tried first first. */
    SequencedSet<Long> sizes(long bytes, long missing) {
        SequencedSet<Long> sizes = new LinkedHashSet<>();
        long whole = bytes + UNIT - 1 & -UNIT;
        sizes.add(Math.max(blockSize(), whole));
        sizes.add(whole);
        sizes.add(bytes);
        sizes.add(missing);
        sizes.removeIf(size -> size <= 0 || size > area.size());
        return sizes;
    }

    /**
     * Takes memory for a block.
     *
     * @throws HeapException {@code NO_MEMORY}
     */
    Segment take(long size, long alignment) {
        return new Segment(area.allocate(size, Math.max(alignment, UNIT)), size);
    }

    /** Gives memory back that was not handed over, or that came back. */
    void giveBack(Segment block) {
        handedOver.remove(block);
        area.release(block.address());
    }

    /** Nobody knows who has it: it is never given back. */
    void lose(Segment block) {
        handedOver.remove(block);
        lost.add(block);
    }

    /** Those that the application has, or may have; buffers lie in them. */
    List<Segment> all() {
        return Stream.concat(handedOver.stream(), lost.stream()).toList();
    }

    /** Tells whether memory may have been handed over by somebody else, such as a former instance of this backend. */
    boolean mayBeAnothers(Segment part) {
        return part.address() >= area.base() && part.end() <= area.base() + area.size();
    }

    /** Bytes that nobody gets any more. */
    long lost() {
        return lost.stream().mapToLong(Segment::length).sum();
    }

    /** Gives those back that the application has no more, as no buffer lies in them; answers which. */
    List<Segment> settle(Predicate<Segment> isUsed) {
        List<Segment> back = handedOver.stream().filter(isUsed.negate()).toList();
        back.forEach(this::giveBack);
        return back;
    }

    /**
     * No region is left; says how many there are.
     *
     * @param forDevices how many hold memory of single devices
     */
    HeapException noRegion(String what, int forDevices) {
        return new HeapException(HeapError.NO_REGION, what, area.name(),
                "%d of %s firewall regions hold blocks of %d MiB, %d memory of single devices, and the hardware can"
                        .formatted(handedOver.size(), regions.isPresent() ? regions.getAsInt() : "an unknown number of",
                                blockSize() >> 20, forDevices) + " protect no more",
                "free buffers, so that a block comes back, or ask for less");
    }
}
