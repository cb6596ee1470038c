// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the memory application manages. Carve-outs are there for good; a block of handed-over memory is there exactly as
 * long as a buffer lies in it. What fails has changed nothing.
 *
 * <p>For one thread at a time, as a single instance is entered.
 */
final class SecureMemory {
    private static final Logger LOG = LoggerFactory.getLogger(SecureMemory.class);
    private static final int USE_CASE = UseCase.SECURE_VIDEO.id();

    private final TaPlatform platform;
    private final Areas carveOuts;
    private final Areas blocks;
    private final Map<Integer, SecureBuffer> buffers = new HashMap<>();
    private final Map<Integer, AddressRange> regions = new HashMap<>();

    SecureMemory(TaPlatform platform) {
        this.platform = platform;
        this.carveOuts = new Areas(platform.granule());
        this.blocks = new Areas(platform.granule());
        platform.carveOuts().forEach(range -> carveOuts.all().add(new Area(range, platform.granule())));
    }

    /**
     * What is wanted of an allocation.
     *
     * @param type a memory type
     * @param size bytes
     * @param alignment bytes
     * @param block memory that is handed over; empty for none
     * @param zeroed whether it is to be all zeros
     */
    record Request(int type, long size, long alignment, AddressRange block, boolean zeroed) {
        /** Takes numbers as they came. */
        static Request of(int type, int size, int alignment, int base, int length, boolean zeroed) {
            return new Request(type, Integer.toUnsignedLong(size), Integer.toUnsignedLong(alignment),
                    range(base, length), zeroed);
        }
    }

    /** A range of two numbers of 32 bits. */
    static AddressRange range(int base, int size) {
        return new AddressRange(Integer.toUnsignedLong(base), Integer.toUnsignedLong(size));
    }

    private boolean isAligned(AddressRange range) {
        return (range.base() & platform.granule() - 1) == 0 && (range.size() & platform.granule() - 1) == 0;
    }

    /**
     * Allocates.
     *
     * @throws TaException {@code BAD_PARAMETERS}; {@code OUT_OF_MEMORY}, which another block may mend; {@code NO_REGION}
     *     when the hardware cannot protect the block; {@code BUSY} when the block is still in use elsewhere
     */
    SecureBuffer allocate(Request request, RandomGenerator random) {
        long alignment = Math.max(request.alignment, platform.granule());
        if (request.size == 0 || (request.size & platform.granule() - 1) != 0) {
            throw bad("size 0x%x is not made of pages".formatted(request.size));
        }
        if (Long.bitCount(request.alignment) != 1) {
            throw bad("alignment 0x%x is no power of two".formatted(request.alignment));
        }
        List<Piece> pieces = switch (request.type) {
            case MtkCommand.CM_TZ -> inCarveOuts(request, alignment);
            case MtkCommand.CM_CMA -> inBlocks(request, alignment);
            default -> throw bad("there is no memory type " + request.type);
        };
        if (request.zeroed) {
            pieces.forEach(piece -> platform.clear(piece.address(), piece.length()));
        }
        var buffer = new SecureBuffer(freeHandle(random), pieces);
        buffers.put(buffer.handle(), buffer);
        return buffer;
    }

    private List<Piece> inCarveOuts(Request request, long alignment) {
        if (request.block.base() != 0 || !request.block.isEmpty()) {
            throw bad("memory is handed over for memory type CM_TZ, which takes none");
        }
        return carveOuts.whole(request.size, alignment)
                .or(() -> carveOuts.scattered(request.size, alignment))
                .orElseThrow(() -> outOfMemory(request));
    }

    private List<Piece> inBlocks(Request request, long alignment) {
        Optional<Area> block = request.block.base() == 0 && request.block.isEmpty()
                ? Optional.empty() : Optional.of(checkedBlock(request.block));
        Optional<List<Piece>> there = blocks.whole(request.size, alignment);
        if (block.isPresent() && there.isEmpty()) {
            return inNewBlock(block.get(), request, alignment);
        }
        return there.or(() -> blocks.scattered(request.size, alignment)).orElseThrow(() -> outOfMemory(request));
    }

    private Area checkedBlock(AddressRange range) {
        if (range.isEmpty() || !isAligned(range)) {
            throw bad(range + " is not made of pages");
        }
        if (!platform.isNormalMemory(range.base(), range.size())) {
            throw bad(range + " is not the normal world's to hand over");
        }
        return new Area(range, platform.granule());
    }

    /** Finds out whether the block helps before it is protected. */
    private List<Piece> inNewBlock(Area block, Request request, long alignment) {
        blocks.all().add(block);
        boolean done = false;
        List<Piece> pieces = List.of();
        try {
            pieces = Areas.whole(block, request.size, alignment)
                    .or(() -> blocks.scattered(request.size, alignment))
                    .orElseThrow(() -> outOfMemory(request));
            if (block.isEmpty()) {
                blocks.all().remove(block); // what was there already was enough
            } else {
                protect(() -> platform.protect(USE_CASE, block.range().base(), block.range().size()));
            }
            done = true;
            return pieces;
        } finally {
            if (!done) {
                pieces.forEach(Piece::forget);
                blocks.all().remove(block);
            }
        }
    }

    private static void protect(Runnable step) {
        try {
            step.run();
        } catch (HeapException e) {
            throw new TaException(code(e.error()), e.getMessage());
        }
    }

    private static int code(HeapError error) {
        return switch (error) {
            case NO_REGION -> MtkCommand.NO_REGION;
            case BUSY, TIMED_OUT -> TeeCode.BUSY;
            case NOT_SUPPORTED -> TeeCode.NOT_SUPPORTED;
            default -> TeeCode.BAD_PARAMETERS;
        };
    }

    private int freeHandle(RandomGenerator random) {
        int handle = random.nextInt();
        while (handle == 0 || buffers.containsKey(handle) || regions.containsKey(handle)) {
            handle = random.nextInt();
        }
        return handle;
    }

    /**
     * The buffer of a handle.
     *
     * @throws TaException {@code ITEM_NOT_FOUND}
     */
    SecureBuffer find(int handle) {
        return Optional.ofNullable(buffers.get(handle)).orElseThrow(() ->
                new TaException(TeeCode.ITEM_NOT_FOUND, "there is no buffer 0x%x".formatted(handle)));
    }

    /**
     * Where a buffer, or a region, is.
     *
     * @throws TaException {@code ITEM_NOT_FOUND}
     */
    List<AddressRange> places(int handle) {
        return Optional.ofNullable(regions.get(handle)).map(List::of).orElseGet(() -> find(handle).pieces().stream()
                .map(piece -> new AddressRange(piece.address(), piece.length())).toList());
    }

    /**
     * Frees a buffer, or gives a region back.
     *
     * @return false, and nothing has changed, when memory cannot be given back now
     * @throws TaException {@code ITEM_NOT_FOUND}
     */
    boolean free(int handle) {
        AddressRange region = regions.get(handle);
        if (region != null) {
            boolean restored = restore(region);
            if (restored) {
                regions.remove(handle);
            }
            return restored;
        }
        SecureBuffer buffer = find(handle);
        Map<Area, Long> going = buffer.pieces().stream()
                .collect(Collectors.groupingBy(Piece::area, Collectors.counting()));
        Set<Area> emptied = going.entrySet().stream()
                .filter(entry -> blocks.all().contains(entry.getKey()))
                .filter(entry -> entry.getKey().allocator().allocations() == entry.getValue())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(HashSet::new));
        if (!restoreAll(emptied)) {
            return false;
        }
        blocks.all().removeAll(emptied);
        buffer.pieces().forEach(Piece::forget);
        buffers.remove(handle);
        return true;
    }

    /** Gives blocks back, or none: where one cannot be, those before it are protected again. */
    private boolean restoreAll(Set<Area> emptied) {
        List<Area> done = new ArrayList<>();
        for (Area block : emptied) {
            if (!restore(block.range())) {
                done.forEach(area -> platform.protect(USE_CASE, area.range().base(), area.range().size()));
                return false;
            }
            done.add(block);
        }
        return true;
    }

    private boolean restore(AddressRange range) {
        try {
            platform.restore(range.base());
            return true;
        } catch (HeapException e) {
            LOG.info("Memory is not given back: {}", e.getMessage());
            return false;
        }
    }

    /**
     * How many ranges of contiguous memory can be protected at a time, those included that are. What an instance that is
     * dead protected does not count, for nobody can give it back.
     *
     * @throws TaException {@code BAD_PARAMETERS} when it is not made of pages that are the normal world's to hand over
     */
    int regionCount(AddressRange range) {
        if (range.isEmpty() || !isAligned(range)) {
            throw bad(range + " is not made of pages");
        }
        long from = range.base();
        for (AddressRange mine : platform.protectedRanges().stream().filter(range::contains).toList()) {
            checkNormal(from, mine.base() - from);
            from = mine.base() + mine.size();
        }
        checkNormal(from, range.base() + range.size() - from);
        long used = blocks.all().stream().map(Area::range).filter(range::contains).count();
        return (int) Math.min(Integer.MAX_VALUE, used + platform.rangesLeft());
    }

    private void checkNormal(long base, long size) {
        if (size != 0 && !platform.isNormalMemory(base, size)) {
            throw bad("0x%x bytes at 0x%x are not the normal world's to hand over".formatted(size, base));
        }
    }

    /**
     * Protects memory for one device.
     *
     * @return the handle
     * @throws TaException {@code BAD_PARAMETERS}, {@code NO_REGION}, {@code BUSY}, {@code NOT_SUPPORTED}
     */
    int protectFor(AddressRange range, int device, Access rights, RandomGenerator random) {
        if (range.isEmpty() || !isAligned(range)) {
            throw bad(range + " is not made of pages");
        }
        protect(() -> platform.protectFor(device, rights, range.base(), range.size()));
        int handle = freeHandle(random);
        regions.put(handle, range);
        return handle;
    }

    /** How many more ranges the hardware can protect. */
    int regionsLeft() {
        return platform.rangesLeft();
    }

    private static TaException bad(String why) {
        return new TaException(TeeCode.BAD_PARAMETERS, why);
    }

    private static TaException outOfMemory(Request request) {
        return new TaException(TeeCode.OUT_OF_MEMORY, "no room for 0x%x bytes of memory type %d".formatted(
                request.size, request.type));
    }

    /** The whole state; two that are equal are of equal states. */
    @Override
    public String toString() {
        var text = new StringBuilder();
        for (Areas areas : List.of(carveOuts, blocks)) {
            areas.all().forEach(area -> text.append(area.range()).append(' ').append(area.allocator().freeBytes())
                    .append(' ').append(area.allocator().allocations()).append('\n'));
        }
        buffers.values().stream().sorted((a, b) -> Integer.compare(a.handle(), b.handle()))
                .forEach(buffer -> text.append("%x %s %d%n".formatted(buffer.handle(), buffer.pieces().stream()
                        .map(piece -> "%x+%x".formatted(piece.address(), piece.length())).toList(),
                        buffer.references())));
        return text.append(regions).toString();
    }
}
