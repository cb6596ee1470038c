// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.Lender;

/**
 * Buffers that the memory application has allocated for the pools of this backend, in both memory types.
 *
 * <table>
 *   <caption>Life of a buffer</caption>
 *   <tr><th>state</th><th>when</th><th>next</th></tr>
 *   <tr><td>live</td><td>allocated</td><td>gone, when freed; stuck, when freeing failed</td></tr>
 *   <tr><td>stuck</td><td>the application could not free it, or was not there</td><td>gone, by a later try: at the next
 *     allocation, or when it is asked for</td></tr>
 * </table>
 *
 * <p>The application gives a block back with the last buffer in it. So that one buffer that comes and goes does not have
 * memory protected and scrubbed each time, a page stays allocated for a while when the last buffer of all blocks goes:
 * the keeper. It is given up when a block more is needed, when its time is over, and with the last pool.
 *
 * <p>Safe for use by any thread: all is done in turn, see {@link TaLink}. {@link #figures} does not wait.
 */
final class TaBuffers implements TaLink.Holder {
    private static final long PAGE = 4096;

    private final TaLink link;
    private final Optional<AddressRange> carveOut;
    private final Optional<Blocks> blocks;
    private final IdleTime idle;
    private final IntSupplier deviceRegions;
    private final Map<Integer, Held> live = new LinkedHashMap<>(); // in turn, as all below
    private final Map<Integer, Held> stuck = new LinkedHashMap<>();
    private Optional<Held> keeper = Optional.empty();
    private long keepUntil;
    private volatile Figures figures = new Figures(0, 0, 0, 0, 0, OptionalInt.empty());

    /**
     * How much is used.
     *
     * @param carveOut bytes of the carve-out that are live or stuck
     * @param inBlocks bytes in blocks that are live or stuck
     * @param blocks bytes of blocks
     * @param used regions that blocks take
     * @param quarantined bytes that are stuck or lost
     * @param left how many regions are left for blocks, if that is known
     */
    record Figures(long carveOut, long inBlocks, long blocks, int used, long quarantined, OptionalInt left) {}

    /**
     * Nothing is allocated.
     *
     * @param carveOut where memory that was protected at boot is, if the device tree tells
     * @param blocks the contiguous memory that can be handed over, if there is some
     * @param idle how long a block without buffers is kept
     * @param deviceRegions asked in turn how many regions hold no block
     */
    TaBuffers(TaLink link, Optional<AddressRange> carveOut, Optional<Blocks> blocks, IdleTime idle,
            IntSupplier deviceRegions) {
        this.link = link;
        this.carveOut = carveOut;
        this.blocks = blocks;
        this.idle = idle;
        this.deviceRegions = deviceRegions;
        link.add(this);
    }

    /** How much is used; waits for nobody. */
    Figures figures() {
        return figures;
    }

    /** The trusted OS that guards the memory; empty before the first allocation. */
    Optional<String> tee() {
        return link.tee();
    }

    /** Buffers that are live, stuck, or kept. */
    private Stream<Held> all() {
        return Stream.concat(Stream.concat(live.values().stream(), stuck.values().stream()), keeper.stream());
    }

    /**
     * Allocates.
     *
     * @throws HeapException what {@link TaPool#allocate} throws; {@code FIRMWARE_DEAD} when the application was restarted
     */
    Held allocate(TaPool pool, long size, long alignment) {
        String what = "allocate 0x%x bytes".formatted(size);
        return link.inTurn(what, () -> {
            try {
                MemoryTa ta = link.connect(what);
                retryStuck(ta);
                Held held = pool.type() == MemoryType.CM_TZ ? admit(ta, pool,
                        ta.allocate(what, MemoryType.CM_TZ, size, alignment, MemoryTa.NOTHING), size, List.of())
                        : inBlocks(ta, pool, what, size, alignment);
                live.put(held.handle(), held);
                return held;
            } finally {
                publish();
            }
        });
    }

    private Held inBlocks(MemoryTa ta, TaPool pool, String what, long size, long alignment) {
        Blocks all = blocks.orElseThrow();
        if (!all.handedOver().isEmpty()) {
            try {
                return admit(ta, pool, ta.allocate(what, MemoryType.CM_CMA, size, alignment, MemoryTa.NOTHING), size,
                        all.all());
            } catch (HeapException e) {
                if (!Lender.isRefusal(e)) { // it may have a buffer in any of them that nobody here knows
                    List.copyOf(all.handedOver()).forEach(block -> lose(pool, block));
                }
                if (e.error() != HeapError.NO_MEMORY) {
                    throw e;
                }
            }
            dropKeeper(ta); // its block may be in the way
        }
        if (all.regions().isEmpty()) {
            all.regions(regionCount(ta, all.range()) + deviceRegions.getAsInt());
        }
        long inHand = all.handedOver().stream().mapToLong(Segment::length).sum() - bytes(MemoryType.CM_CMA);
        HeapException last = new HeapException(HeapError.NO_MEMORY, what, "heap " + MemoryType.CM_CMA.heap(),
                "the area of 0x%x bytes can never hold it".formatted(all.range().size()), "ask for less");
        for (long candidate : all.sizes(size, alignment > PAGE ? size : size - inHand)) {
            try {
                return inNewBlock(ta, pool, what, size, alignment, all.take(candidate, alignment));
            } catch (HeapException e) {
                if (e.error() == HeapError.NO_REGION) {
                    throw all.noRegion(what, deviceRegions.getAsInt());
                }
                if (e.error() != HeapError.NO_MEMORY) {
                    throw e;
                }
                last = e;
            }
        }
        throw last;
    }

    /** An application that cannot tell takes all of the area as one block, as those of early 2024 did. */
    private static int regionCount(MemoryTa ta, AddressRange area) {
        try {
            return ta.regionCount(area);
        } catch (HeapException e) {
            if (e.error() == HeapError.NOT_SUPPORTED) {
                return 1;
            }
            throw e;
        }
    }

    private Held inNewBlock(MemoryTa ta, TaPool pool, String what, long size, long alignment, Segment block) {
        Blocks all = blocks.orElseThrow();
        MemoryTa.Allocated allocated;
        try {
            allocated = ta.allocate(what, MemoryType.CM_CMA, size, alignment,
                    new AddressRange(block.address(), block.length()));
        } catch (RuntimeException e) {
            pool.faulted(block, "it could not be handed over: " + e.getMessage());
            if (Lender.isRefusal(e)) {
                all.giveBack(block);
            } else {
                lose(pool, block); // nobody knows what the application did
            }
            throw e;
        }
        all.handedOver().add(block);
        pool.lent(block);
        Held held = admit(ta, pool, allocated, size, all.all());
        settle(pool, one -> held.overlaps(one) || isUsed(one));
        return held;
    }

    /** Blocks without buffers are the normal world's again. */
    private void settle(TaPool pool, Predicate<Segment> isUsed) {
        blocks.ifPresent(all -> all.settle(isUsed).forEach(pool::reclaimed));
    }

    private void lose(TaPool pool, Segment block) {
        blocks.orElseThrow().lose(block);
        pool.lost(block);
    }

    private boolean isUsed(Segment block) {
        return all().anyMatch(one -> one.overlaps(block));
    }

    /** Checks what the application answered; what cannot be is freed again. */
    private Held admit(MemoryTa ta, TaPool pool, MemoryTa.Allocated allocated, long size, List<Segment> within) {
        boolean done = false;
        try {
            List<Segment> parts = allocated.count() == 1
                    ? List.of(new Segment(allocated.address(), size))
                    : ta.segments(allocated.handle(), allocated.count());
            if (allocated.handle() == 0 || isTaken(allocated.handle())) {
                throw MemoryTa.protocol("it gave a new buffer the handle 0x%x".formatted(allocated.handle()));
            }
            stuck.remove(allocated.handle()); // a handle that is new was freed before
            List<AddressRange> allowed = pool.type() == MemoryType.CM_TZ ? carveOut.stream().toList()
                    : within.stream().map(block -> new AddressRange(block.address(), block.length())).toList();
            if (pool.type() == MemoryType.CM_CMA && parts.stream().anyMatch(part -> blocks.orElseThrow().mayBeAnothers(part)
                    && within.stream().noneMatch(part::overlaps))) {
                throw new HeapException(HeapError.BUSY, "allocate 0x%x bytes".formatted(size),
                        "heap " + MemoryType.CM_CMA.heap(), "the application serves it from memory that was handed over "
                        + "before this backend was started, which goes back with the last buffer of before",
                        "release those buffers, then try again");
            }
            Placement.check(parts, size, pool.type() == MemoryType.CM_TZ && allowed.isEmpty()
                    ? Optional.empty() : Optional.of(allowed), this::isUsed);
            done = true;
            return new Held(pool, allocated.handle(), parts, size);
        } finally {
            if (!done) {
                undo(ta, pool, allocated.handle());
            }
        }
    }

    private boolean isTaken(int handle) {
        return live.containsKey(handle) || keeper.filter(one -> one.handle() == handle).isPresent();
    }

    private void undo(MemoryTa ta, TaPool pool, int handle) {
        boolean freed = false;
        try {
            freed = !isTaken(handle) && ta.free(handle) == MemoryTa.Freed.YES;
        } catch (HeapException e) {
            freed = false;
        }
        if (freed) {
            settle(pool, this::isUsed);
        } else {
            blocks.ifPresent(all -> List.copyOf(all.handedOver()).stream().filter(block -> !isUsed(block))
                    .forEach(block -> lose(pool, block)));
        }
    }

    /**
     * Frees a buffer.
     *
     * @return why the memory stays with the application for now; empty when it is free, or lost with the application
     */
    Optional<String> free(Held buffer) {
        return link.inTurn(() -> {
            try {
                live.remove(buffer.handle());
                if (link.isDead()) {
                    return Optional.empty();
                }
                stuck.put(buffer.handle(), buffer);
                MemoryTa ta = link.connect("free a buffer");
                keepBlock(ta, buffer);
                return release(ta, buffer) ? Optional.empty()
                        : Optional.of("the memory application cannot give it back now");
            } catch (HeapException e) {
                return link.isDead() ? Optional.empty() : Optional.of(e.getMessage());
            } finally {
                publish();
            }
        });
    }

    private boolean release(MemoryTa ta, Held buffer) {
        boolean gone = ta.free(buffer.handle()) != MemoryTa.Freed.NO; // an earlier try may have succeeded unheard
        if (gone) {
            stuck.remove(buffer.handle());
            settle(buffer.pool(), this::isUsed);
        }
        return gone;
    }

    /** With the last buffer of all blocks, one block stays for a while. */
    private void keepBlock(MemoryTa ta, Held going) {
        if (going.pool().type() != MemoryType.CM_CMA || !idle.isSome()
                || bytes(MemoryType.CM_CMA) != going.size()) {
            return;
        }
        keepUntil = idle.end();
        if (keeper.isPresent()) {
            return;
        }
        Blocks all = blocks.orElseThrow();
        try {
            keeper = Optional.of(admit(ta, going.pool(), ta.allocate("keep a block", MemoryType.CM_CMA, PAGE, PAGE,
                    MemoryTa.NOTHING), PAGE, all.all()));
            idle.schedule(keepUntil, this::expire);
        } catch (HeapException e) {
            if (!Lender.isRefusal(e)) { // nobody knows in which block there is a page more now
                List.copyOf(all.handedOver()).forEach(all::lose);
            }
        }
    }

    /** The time of the keeper may be over. */
    private void expire() {
        link.inTurn(() -> {
            if (keeper.isPresent() && idle.isOver(keepUntil)) {
                giveKeeperUp();
            } else if (keeper.isPresent()) {
                idle.schedule(keepUntil, this::expire);
            }
            publish();
            return null;
        });
    }

    private void giveKeeperUp() {
        Optional<Held> kept = keeper;
        String why = "the memory application cannot give it back now";
        try {
            if (!link.isDead()) {
                dropKeeper(link.connect("give an idle block back"));
            }
        } catch (HeapException e) {
            shelveKeeper(); // for a later try
            why = e.getMessage();
        }
        if (kept.filter(one -> !link.isDead() && stuck.get(one.handle()) == one).isPresent()) {
            kept.get().pool().stays(kept.get(), why);
        }
    }

    private void dropKeeper(MemoryTa ta) {
        if (keeper.isPresent()) {
            Held kept = keeper.get();
            shelveKeeper();
            release(ta, kept);
        }
    }

    private void shelveKeeper() {
        keeper.ifPresent(kept -> stuck.put(kept.handle(), kept));
        keeper = Optional.empty();
    }

    /** Tries to free what is stuck; gives the bytes that are free now. */
    long retryStuckNow() {
        return link.inTurn(() -> {
            try {
                return stuck.isEmpty() || link.isDead() ? 0 : retryStuck(link.connect("free buffers"));
            } catch (HeapException e) {
                return 0L;
            } finally {
                publish();
            }
        });
    }

    private long retryStuck(MemoryTa ta) {
        long freed = 0;
        for (Held buffer : List.copyOf(stuck.values())) {
            try {
                freed += release(ta, buffer) ? buffer.size() : 0;
            } catch (HeapException e) {
                return freed;
            }
        }
        return freed;
    }

    /** A pool ends: gives back what is idle, and tries what is stuck. */
    void tidy() {
        link.inTurn(() -> {
            giveKeeperUp();
            return null;
        });
        retryStuckNow();
    }

    /** Tells whether the application has memory that it is to give back. */
    boolean hasStuck() {
        return link.inTurn(() -> !link.isDead() && !stuck.isEmpty());
    }

    @Override
    public boolean isKnown(MemoryTa application) {
        return all().allMatch(one ->
                application.find(one.handle(), one.segments()).equals(Optional.of(one.parts())));
    }

    @Override
    public void lost() {
        for (Segment block : blocks.map(all -> List.copyOf(all.handedOver())).orElse(List.of())) {
            all().filter(one -> one.overlaps(block)).findFirst().ifPresentOrElse(one -> lose(one.pool(), block),
                    () -> blocks.orElseThrow().lose(block));
        }
        keeper = Optional.empty();
        publish();
    }

    private long bytes(MemoryType type) {
        return Stream.concat(live.values().stream(), stuck.values().stream())
                .filter(one -> one.pool().type() == type).mapToLong(Held::size).sum();
    }

    private void publish() {
        List<Segment> handedOver = blocks.map(Blocks::handedOver).orElse(new ArrayList<>());
        long held = stuck.values().stream().mapToLong(Held::size).sum();
        OptionalInt regions = blocks.map(Blocks::regions).orElse(OptionalInt.empty());
        figures = new Figures(bytes(MemoryType.CM_TZ), bytes(MemoryType.CM_CMA),
                handedOver.stream().mapToLong(Segment::length).sum(), handedOver.size(),
                held + blocks.map(Blocks::lost).orElse(0L), regions.isEmpty() ? regions : OptionalInt.of(
                        Math.max(0, regions.getAsInt() - handedOver.size() - deviceRegions.getAsInt())));
    }
}
