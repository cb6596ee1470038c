// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.cloister.backend.Pool;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The time during which one backend's pool serves one heap.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><th>state</th><th>new buffers</th><th>next</th></tr>
 *   <tr><td>ACTIVE</td><td>yes</td><td>DRAINING by {@link #drain}</td></tr>
 *   <tr><td>DRAINING</td><td>no</td><td>RETIRED when the last buffer is gone</td></tr>
 *   <tr><td>RETIRED</td><td>no</td><td>-; the pool is destroyed, once</td></tr>
 * </table>
 *
 * <p>State and number of live buffers share one word, so that "the last buffer goes" and "draining begins" cannot miss
 * each other: whoever brings the word to "draining, none live" retires the tenure. An allocation under way counts as a
 * live buffer.
 */
final class Tenure {
    /** See the table above. */
    enum State { ACTIVE, DRAINING, RETIRED }

    private static final long DRAIN = 1L << 62;

    private final Candidate candidate;
    private final BufferRecord record;
    private final HeapAttributes attributes;
    private final Runnable onEmpty;
    private final AtomicLong word = new AtomicLong(); // DRAIN bit and number of live buffers
    private final OpenSet<Buffer> buffers = new OpenSet<>();
    private final AtomicLong quarantined = new AtomicLong();
    private volatile String revoked = ""; // why, once revoked
    private volatile Pool pool; // cleared when retired, so that the backend's classes can go

    /**
     * @param onEmpty destroys the pool and calls {@link #forget}; run exactly once, on the thread that let go last
     */
    Tenure(Candidate candidate, Pool pool, HeapAttributes attributes, BufferRecord record,
            Consumer<Tenure> onEmpty) {
        this.candidate = candidate;
        this.pool = pool;
        this.attributes = attributes;
        this.record = record;
        this.onEmpty = () -> onEmpty.accept(this);
    }

    Candidate candidate() {
        return candidate;
    }

    HeapAttributes attributes() {
        return attributes;
    }

    /** What buffers of this tenure are. */
    BufferRecord record() {
        return record;
    }

    State state() {
        long value = word.get();
        return (value & DRAIN) == 0 ? State.ACTIVE : value == DRAIN ? State.RETIRED : State.DRAINING;
    }

    /** Live buffers, allocations under way included. */
    long live() {
        return word.get() & ~DRAIN;
    }

    /** Live buffers. */
    long count() {
        return buffers.size();
    }

    /** The pool, until it is destroyed. */
    Pool pool() {
        Pool current = pool;
        if (current == null) {
            throw new HeapException(HeapError.REVOKED, "use a buffer", "heap " + record.heap(),
                    "backend " + record.backend() + " has left", "close the buffer and allocate a new one");
        }
        return current;
    }

    /** Tells whether this tenure's memory comes from {@code candidatePool}. */
    boolean uses(Pool candidatePool) {
        return pool == candidatePool;
    }

    /** Begins an allocation, or a look at the pool; false when the tenure is no longer active. See {@link #leave}. */
    boolean enter() {
        long value = word.get();
        while ((value & DRAIN) == 0) {
            if (word.compareAndSet(value, value + 1)) {
                return true;
            }
            value = word.get();
        }
        return false;
    }

    /** Looks at the pool, also while it is drained; false when it is retired. See {@link #leave}. */
    boolean hold() {
        long value = word.get();
        while (value != DRAIN) {
            if (word.compareAndSet(value, value + 1)) {
                return true;
            }
            value = word.get();
        }
        return false;
    }

    /** Balances {@link #enter} and {@link #hold}: an allocation failed, or a buffer went back to the pool. */
    void leave() {
        if (word.decrementAndGet() == DRAIN) {
            onEmpty.run();
        }
    }

    /** Takes no more allocations. False, without effect, if that was so before. */
    boolean drain() {
        long before = word.getAndUpdate(value -> value | DRAIN);
        if ((before & DRAIN) != 0) {
            return false;
        }
        if (before == 0) {
            onEmpty.run();
        }
        return true;
    }

    /** Bytes that the pool has said it withdrew, less those that it made safe later. */
    long quarantined() {
        return Math.max(0, quarantined.get());
    }

    /** The pool withdrew so many bytes; negative when it made some safe. */
    void withdrew(long bytes) {
        quarantined.addAndGet(bytes);
    }

    /** The pool is destroyed. */
    void forget() {
        pool = null;
    }

    /** The buffer is live from now on; false when the tenure's buffers have been revoked. */
    boolean add(Buffer buffer) {
        return buffers.add(buffer);
    }

    /** The buffer's memory goes back to the pool, after which it {@linkplain #leave leaves}. */
    void remove(Buffer buffer) {
        buffers.remove(buffer);
    }

    /** The live buffers, at one moment. */
    List<Buffer> buffers() {
        return buffers.snapshot();
    }

    /** Takes no more buffers, and answers those that are to be revoked: whose memory has not gone back. */
    List<Buffer> revoke(String why) {
        revoked = why;
        return buffers.close();
    }

    /** Why the buffers were revoked. */
    String revoked() {
        return revoked;
    }
}
