// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.cloister.backend.BackendHost;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Takes the chunks of a {@link LendingPool} through the steps that talk to the secure world, one at a time: a thread
 * holds the lock of this object from the first step to the last. The books' own lock is taken inside and never held
 * across a step, so that those who need no step go on.
 *
 * <p>Who frees does not wait here: it leaves trimming to the thread that is in its steps, which looks again after it has
 * let go of the lock.
 */
final class Transitions {
    private static final Predicate<Chunks.Idle> ANY = idle -> true;

    private final LendingPool pool;
    private final Chunks chunks;
    private final Lender lender;
    private final LendingPolicy policy;
    private final PoolTimer timer;
    private final BackendHost host;
    private final Tidings tidings;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicBoolean tickPending = new AtomicBoolean();
    private final AtomicBoolean dead = new AtomicBoolean();

    Transitions(LendingPool pool, Chunks chunks, Lender lender, LendingPolicy policy, PoolTimer timer,
            BackendHost host) {
        this.pool = pool;
        this.chunks = chunks;
        this.lender = lender;
        this.policy = policy;
        this.timer = timer;
        this.host = host;
        this.tidings = new Tidings(host, pool);
    }

    /** Allocates what no chunk had room for. */
    LentBuffer grow(long size, long alignment) {
        if (alignment <= 0 || Long.bitCount(alignment) != 1) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate", pool.toString(),
                    "alignment %d is not a power of two".formatted(alignment), "use one, such as 4096");
        }
        long smallest = policy.smallestFor(size);
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, "allocate", pool.toString(),
                    "the thread was interrupted while another one was lending", "try again if it is still wanted", e);
        }
        try {
            return growWithRoom(size, alignment, smallest);
        } finally {
            leave();
        }
    }

    /** Before it is refused, those let go who keep something idle: this pool, then others. */
    private LentBuffer growWithRoom(long size, long alignment, long smallest) {
        boolean asked = false;
        while (true) {
            LentBuffer buffer = chunks.allocate(pool, size, alignment); // others may have lent or freed meanwhile
            if (buffer != null) {
                return buffer;
            }
            try {
                return lendFor(size, alignment, smallest);
            } catch (HeapException e) {
                if (!Lender.mayBeScarcity(e)) {
                    throw e;
                }
                if (releaseAll() == 0) {
                    if (asked || !lender.makeRoom()) {
                        throw e;
                    }
                    asked = true;
                }
            }
        }
    }

    /** Lends a chunk, and allocates from it before anybody else can. */
    private LentBuffer lendFor(long size, long alignment, long smallest) {
        lender.regions().filter(budget -> budget.left() == 0).ifPresent(budget -> {
            throw new HeapException(HeapError.NO_REGION, "allocate 0x%x bytes".formatted(size), pool.toString(),
                    "it would have to grow, and " + budget, "free buffers, of other use cases too, or ask for less");
        });
        Chunk chunk = take(smallest, Math.max(policy.alignment(), alignment));
        boolean done = false;
        try {
            requireReachable(chunk);
            lend(chunk);
            LentBuffer buffer = chunks.open(pool, chunk, size, alignment);
            done = true;
            return buffer;
        } catch (HeapException e) {
            tellIfDead(e);
            throw e;
        } finally {
            if (!done) {
                abandon(chunk);
            }
        }
    }

    private Chunk take(long smallest, long alignment) {
        long size = policy.preferredFor(smallest, chunks.lent());
        while (true) {
            try {
                return taken(lender.take(size, alignment), size);
            } catch (HeapException e) {
                boolean tooLarge = e.error() == HeapError.NO_MEMORY || e.error() == HeapError.INVALID_ARGUMENT;
                if (!tooLarge || size == smallest) {
                    throw e;
                }
                size = Math.max(smallest, size / 2 & -policy.alignment());
            }
        }
    }

    private Chunk taken(long address, long size) {
        Chunk chunk;
        try {
            chunk = new Chunk(pool.toString(), address, size, pool.attributes().granularity());
        } catch (HeapException e) {
            lender.giveBack(address);
            throw e;
        }
        chunks.add(chunk);
        return chunk;
    }

    private void requireReachable(Chunk chunk) {
        long last = chunk.address() + chunk.size() - 1;
        int bits = pool.attributes().addressBits();
        if (Long.SIZE - Long.numberOfLeadingZeros(last) > bits) {
            throw new HeapException(HeapError.NO_MEMORY, "allocate", pool.toString(),
                    "what is left ends at 0x%x, beyond the %d address bits of the heap".formatted(last, bits),
                    "lend from memory below that");
        }
    }

    private void lend(Chunk chunk) {
        try {
            chunk.lent(lender.lend(chunk.address(), chunk.size()));
        } catch (RuntimeException | Error e) {
            if (!Lender.isRefusal(e)) {
                chunk.doubt();
            }
            tidings.faulted(chunk, "lent", e);
            throw e;
        }
        chunks.become(chunk, ChunkState.LENT);
        tidings.lent(chunk);
        try {
            lender.assign(chunk.handle());
            chunk.assigned();
        } catch (RuntimeException | Error e) {
            if (!Lender.isRefusal(e)) {
                chunk.assigned();
            }
            tidings.faulted(chunk, "assigned", e);
            throw e;
        }
    }

    /** A chunk did not get as far as to serve. */
    private void abandon(Chunk chunk) {
        if (chunk.isRetrievable()) {
            chunks.become(chunk, ChunkState.RELEASING);
            undo(chunk, true);
        } else {
            chunks.become(chunk, ChunkState.QUARANTINED);
            tidings.quarantined(chunk, "it was to be lent, and nobody knows whether the secure world has it");
        }
    }

    /** Takes a chunk in RELEASING back; tells whether the normal world has it again. */
    private boolean undo(Chunk chunk, boolean report) {
        String why = "the attempt to take it back was cut short";
        boolean done = false;
        try {
            chunk.undo(lender, tidings);
            done = true;
        } catch (RuntimeException | LinkageError e) {
            why = "it could not be taken back: " + e.getMessage();
            tellIfDead(e);
        } finally {
            chunks.become(chunk, done ? ChunkState.NONE : ChunkState.QUARANTINED);
            if (!done && report) {
                tidings.quarantined(chunk, why);
            }
        }
        return done;
    }

    private void tellIfDead(Throwable failure) {
        if (failure instanceof HeapException e && e.error() == HeapError.FIRMWARE_DEAD
                && dead.compareAndSet(false, true)) {
            host.failed(pool, e.why());
        }
    }

    /** A chunk has become idle. */
    void idle() {
        trim();
        if (tickPending.compareAndSet(false, true)) {
            timer.schedule(policy.idleNanos(), this::tick);
        }
    }

    /** Some time has passed. What is overdue, as another thread is in its steps, is that thread's to let go of. */
    private void tick() {
        tickPending.set(false);
        trim();
        chunks.longestIdleNanos().ifPresent(nanos -> {
            if (tickPending.compareAndSet(false, true)) {
                long left = policy.idleNanos() - nanos;
                timer.schedule(left > 0 ? left : policy.idleNanos(), this::tick);
            }
        });
    }

    private void trim() {
        while (chunks.hasIdle(this::isDue) && lock.tryLock()) {
            try {
                release(this::isDue);
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isDue(Chunks.Idle idle) {
        return idle.chunks() > policy.idleChunks() || idle.nanos() >= policy.idleNanos();
    }

    private void leave() {
        lock.unlock();
        trim();
    }

    /** Lets all idle chunks go, unless another thread is in its steps; returns bytes that are the normal world's again. */
    long releaseIdle() {
        if (!lock.tryLock()) {
            return 0;
        }
        try {
            return releaseAll();
        } finally {
            leave();
        }
    }

    private long releaseAll() {
        return release(ANY);
    }

    private long release(Predicate<Chunks.Idle> which) {
        long released = 0;
        Optional<Chunk> next = chunks.release(which);
        while (next.isPresent()) {
            released += undo(next.get(), true) ? next.get().size() : 0;
            next = chunks.release(which);
        }
        return released;
    }

    /** Tries to take back what is quarantined; returns bytes that are the normal world's again. */
    long retryQuarantined() {
        lock.lock();
        try {
            return chunks.isClosed() ? 0 : retryAll() + lender.retryWithheld();
        } finally {
            leave();
        }
    }

    private long retryAll() {
        long back = 0;
        for (Chunk chunk : chunks.quarantined()) {
            if (chunk.isRetrievable()) {
                chunks.become(chunk, ChunkState.RELEASING);
                back += undo(chunk, false) ? chunk.size() : 0;
            }
        }
        return back;
    }

    /** Ends the pool. */
    void destroy() {
        lock.lock();
        try {
            chunks.close();
            releaseAll();
            retryAll();
            lender.released();
        } finally {
            lock.unlock();
        }
    }
}
