// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.Lender;

/**
 * What the memory application has allocated for the pools of this backend, in both memory types.
 *
 * <p>Handles outlive sessions, and the application outlives the session too, unless the trusted OS was restarted. So
 * whenever a session is opened anew the application is asked for every handle; if it does not know one, or knows it as
 * something else, it is another application, and all memory of the former is lost: this object is dead, its pools fail,
 * and blocks are never given back, for nobody knows who guards them.
 *
 * <table>
 *   <caption>Life of a buffer</caption>
 *   <tr><th>state</th><th>when</th><th>next</th></tr>
 *   <tr><td>live</td><td>allocated</td><td>gone, when freed; stuck, when freeing failed</td></tr>
 *   <tr><td>stuck</td><td>the application could not free it, or was not there</td><td>gone, by a later try: at the next
 *     allocation, or when it is asked for</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread: one lock guards everything and is held while the application is called, which takes one
 * call at a time in any case. {@link #figures} does not take it.
 */
final class TaMemory {
    private static final long PAGE = 4096;

    private final ReentrantLock lock = new ReentrantLock();
    private final TaSession session;
    private final MemoryTa ta;
    private final Optional<AddressRange> carveOut;
    private final Optional<Blocks> blocks;
    private final Consumer<String> onDeath;
    private final Map<Integer, Held> live = new LinkedHashMap<>(); // guarded by lock, as all below
    private final Map<Integer, Held> stuck = new LinkedHashMap<>();
    private final Set<Integer> loans = new LinkedHashSet<>();
    private long serial;
    private volatile boolean dead; // written under lock
    private volatile Figures figures = new Figures(0, 0, 0, 0, 0, OptionalInt.empty());
    private volatile Optional<String> tee = Optional.empty();

    /**
     * How much is used.
     *
     * @param carveOut bytes of the carve-out that are live or stuck
     * @param inBlocks bytes in blocks that are live or stuck
     * @param blocks bytes of blocks
     * @param used regions that blocks take
     * @param quarantined bytes that are stuck or lost
     * @param regions how many regions there are for blocks, if that is known
     */
    record Figures(long carveOut, long inBlocks, long blocks, int used, long quarantined, OptionalInt regions) {}

    /**
     * Nothing is allocated.
     *
     * @param carveOut where memory that was protected at boot is, if the device tree tells
     * @param blocks the contiguous memory that can be handed over, if there is some
     * @param onDeath told once, with the reason, that all is lost; must not wait for this object
     */
    TaMemory(TaSession session, Optional<AddressRange> carveOut, Optional<Blocks> blocks, Consumer<String> onDeath) {
        this.session = session;
        this.ta = new MemoryTa(session);
        this.carveOut = carveOut;
        this.blocks = blocks;
        this.onDeath = onDeath;
    }

    /** Tells whether the application was restarted, so that nothing here is good any more. */
    boolean isDead() {
        return dead;
    }

    /** How much is used; waits for nobody. */
    Figures figures() {
        return figures;
    }

    /** The trusted OS that guards the memory; empty before the first allocation. */
    Optional<String> tee() {
        return tee;
    }

    private void lock(String what) {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, what, "the memory application",
                    "the thread was interrupted while another was calling it", "try again", e);
        }
    }

    /**
     * Allocates.
     *
     * @throws HeapException what {@link TaPool#allocate} throws; {@code FIRMWARE_DEAD} when the application was restarted
     */
    Held allocate(TaPool pool, long size, long alignment) {
        String what = "allocate 0x%x bytes".formatted(size);
        lock(what);
        try {
            connect(what);
            retryStuck();
            return pool.type() == MemoryType.CM_TZ
                    ? admit(pool, ta.allocate(what, MemoryType.CM_TZ, size, alignment, MemoryTa.NOTHING), size, List.of())
                    : inBlocks(pool, what, size, alignment);
        } finally {
            publish();
            lock.unlock();
        }
    }

    /** Makes sure that there is a session with an application that knows what it allocated. */
    private void connect(String what) {
        requireAlive(what);
        long now = session.ensure(what);
        if (now == serial) {
            return;
        }
        for (Held one : Stream.concat(live.values().stream(), stuck.values().stream()).toList()) {
            if (!ta.find(one.handle(), one.segments()).equals(Optional.of(one.parts()))) {
                die(what);
            }
        }
        for (int loan : loans) {
            if (!ta.isKnownLegacy(loan)) {
                die(what);
            }
        }
        serial = now;
        tee = session.tee();
    }

    private void requireAlive(String what) {
        if (dead) {
            throw new HeapException(HeapError.FIRMWARE_DEAD, what, "the memory application",
                    "the trusted OS was restarted, and what was allocated before is lost",
                    "try again when those buffers are released");
        }
    }

    private void die(String what) {
        dead = true;
        blocks.ifPresent(all -> List.copyOf(all.handedOver()).forEach(all::lose));
        onDeath.accept("the trusted OS was restarted, and does not know what it had allocated");
        requireAlive(what);
    }

    private Held inBlocks(TaPool pool, String what, long size, long alignment) {
        Blocks all = blocks.orElseThrow();
        if (!all.handedOver().isEmpty()) {
            try {
                return admit(pool, ta.allocate(what, MemoryType.CM_CMA, size, alignment, MemoryTa.NOTHING), size,
                        all.all());
            } catch (HeapException e) {
                if (e.error() != HeapError.NO_MEMORY) {
                    throw e;
                }
            }
        }
        if (all.regions().isEmpty()) {
            all.regions(regionCount(all.range()));
        }
        long inHand = all.handedOver().stream().mapToLong(Segment::length).sum() - bytes(MemoryType.CM_CMA);
        HeapException last = new HeapException(HeapError.NO_MEMORY, what, "heap " + MemoryType.CM_CMA.heap(),
                "the area of 0x%x bytes can never hold it".formatted(all.range().size()), "ask for less");
        for (long candidate : all.sizes(size, alignment > PAGE ? size : size - inHand)) {
            try {
                return inNewBlock(pool, what, size, alignment, all.take(candidate, alignment));
            } catch (HeapException e) {
                if (e.error() == HeapError.NO_REGION) {
                    throw all.noRegion(what);
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
    private int regionCount(AddressRange area) {
        try {
            return ta.regionCount(area);
        } catch (HeapException e) {
            if (e.error() == HeapError.NOT_SUPPORTED) {
                return 1;
            }
            throw e;
        }
    }

    private Held inNewBlock(TaPool pool, String what, long size, long alignment, Segment block) {
        Blocks all = blocks.orElseThrow();
        MemoryTa.Allocated allocated;
        try {
            allocated = ta.allocate(what, MemoryType.CM_CMA, size, alignment,
                    new AddressRange(block.address(), block.length()));
        } catch (RuntimeException e) {
            if (Lender.isRefusal(e)) {
                all.giveBack(block);
            } else {
                all.lose(block); // nobody knows what the application did
            }
            throw e;
        }
        all.handedOver().add(block);
        Held held = admit(pool, allocated, size, all.all());
        all.settle(this::isUsed);
        return held;
    }

    private boolean isUsed(Segment block) {
        return Stream.concat(live.values().stream(), stuck.values().stream()).anyMatch(one -> one.overlaps(block));
    }

    /** Checks what the application answered, and writes it down; what cannot be is freed again. */
    private Held admit(TaPool pool, MemoryTa.Allocated allocated, long size, List<Segment> within) {
        boolean done = false;
        try {
            List<Segment> parts = allocated.count() == 1
                    ? List.of(new Segment(allocated.address(), size))
                    : ta.segments(allocated.handle(), allocated.count());
            check(pool.type(), allocated.handle(), parts, size, within);
            stuck.remove(allocated.handle()); // a handle that is new was freed before
            var held = new Held(pool, allocated.handle(), parts, size);
            live.put(held.handle(), held);
            done = true;
            return held;
        } finally {
            if (!done) {
                undo(allocated.handle());
            }
        }
    }

    private void undo(int handle) {
        boolean freed = false;
        try {
            freed = !live.containsKey(handle) && ta.free(handle) == MemoryTa.Freed.YES;
        } catch (HeapException e) {
            freed = false;
        }
        if (freed) {
            blocks.ifPresent(all -> all.settle(this::isUsed));
        } else {
            blocks.ifPresent(all -> List.copyOf(all.handedOver()).stream().filter(block -> !isUsed(block))
                    .forEach(all::lose));
        }
    }

    private void check(MemoryType type, int handle, List<Segment> parts, long size, List<Segment> within) {
        if (handle == 0 || live.containsKey(handle)) {
            throw MemoryTa.protocol("it gave a new buffer the handle 0x%x".formatted(handle));
        }
        long sum = 0;
        for (int i = 0; i < parts.size(); i++) {
            Segment part = parts.get(i);
            if (part.length() <= 0 || part.address() < 0 || part.end() < 0
                    || ((part.address() | part.length()) & PAGE - 1) != 0) {
                throw MemoryTa.protocol("0x%x bytes at 0x%x are not made of pages".formatted(
                        part.length(), part.address()));
            }
            boolean inside = type == MemoryType.CM_TZ
                    ? carveOut.map(range -> part.address() >= range.base()
                            && part.end() <= range.base() + range.size()).orElse(true)
                    : within.stream().anyMatch(block -> part.address() >= block.address() && part.end() <= block.end());
            if (!inside) {
                throw MemoryTa.protocol("0x%x bytes at 0x%x are not in its memory".formatted(
                        part.length(), part.address()));
            }
            if (isUsed(part) || parts.subList(0, i).stream().anyMatch(part::overlaps)) {
                throw MemoryTa.protocol("0x%x bytes at 0x%x are in use already".formatted(
                        part.length(), part.address()));
            }
            sum += part.length();
        }
        if (sum != size) {
            throw MemoryTa.protocol("it gave 0x%x bytes instead of 0x%x".formatted(sum, size));
        }
    }

    /**
     * Frees a buffer.
     *
     * @return why the memory stays with the application for now; empty when it is free, or lost with the application
     */
    Optional<String> free(Held buffer) {
        lock.lock();
        try {
            live.remove(buffer.handle());
            if (dead) {
                return Optional.empty();
            }
            stuck.put(buffer.handle(), buffer);
            connect("free a buffer");
            return release(buffer) ? Optional.empty()
                    : Optional.of("the memory application cannot give it back now");
        } catch (HeapException e) {
            return dead ? Optional.empty() : Optional.of(e.getMessage());
        } finally {
            publish();
            lock.unlock();
        }
    }

    private boolean release(Held buffer) {
        boolean gone = ta.free(buffer.handle()) != MemoryTa.Freed.NO; // an earlier try may have succeeded unheard
        if (gone) {
            stuck.remove(buffer.handle());
            blocks.ifPresent(all -> all.settle(this::isUsed));
        }
        return gone;
    }

    /** Tries to free what is stuck; gives the bytes that are free now. */
    long retryStuckNow() {
        lock.lock();
        try {
            if (stuck.isEmpty() || dead) {
                return 0;
            }
            connect("free buffers");
            return retryStuck();
        } catch (HeapException e) {
            return 0;
        } finally {
            publish();
            lock.unlock();
        }
    }

    private long retryStuck() {
        long freed = 0;
        for (Held buffer : List.copyOf(stuck.values())) {
            try {
                freed += release(buffer) ? buffer.size() : 0;
            } catch (HeapException e) {
                return freed;
            }
        }
        return freed;
    }

    /** Has memory protected by the legacy numbering, in one piece; gives the handle. */
    int lend(MemoryType type, AddressRange range) {
        String what = "allocate 0x%x bytes".formatted(range.size());
        lock(what);
        try {
            connect(what);
            int handle = ta.allocateLegacy(what, type, range.size(), PAGE,
                    type == MemoryType.CM_TZ ? MemoryTa.NOTHING : range);
            loans.add(handle);
            return handle;
        } finally {
            lock.unlock();
        }
    }

    /** Takes memory back that was protected by the legacy numbering. */
    void reclaim(int handle) {
        lock.lock();
        try {
            connect("take memory back");
            if (ta.freeLegacy(handle) != MemoryTa.Freed.YES) {
                throw new HeapException(HeapError.BUSY, "take memory back", "the memory application",
                        "it does not give handle 0x%x back".formatted(handle), "try again");
            }
            loans.remove(handle);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the session. */
    void close() {
        lock.lock();
        try {
            session.drop();
        } finally {
            lock.unlock();
        }
    }

    private long bytes(MemoryType type) {
        return Stream.concat(live.values().stream(), stuck.values().stream())
                .filter(one -> one.pool().type() == type).mapToLong(Held::size).sum();
    }

    private void publish() {
        List<Segment> handedOver = blocks.map(Blocks::handedOver).orElse(new ArrayList<>());
        long held = stuck.values().stream().mapToLong(Held::size).sum();
        figures = new Figures(bytes(MemoryType.CM_TZ), bytes(MemoryType.CM_CMA),
                handedOver.stream().mapToLong(Segment::length).sum(), handedOver.size(),
                held + blocks.map(Blocks::lost).orElse(0L),
                blocks.map(Blocks::regions).orElse(OptionalInt.empty()));
    }
}
