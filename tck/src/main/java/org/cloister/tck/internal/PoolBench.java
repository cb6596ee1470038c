// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.FaultInjector;

/**
 * A pool, with the suite in the place of core: opened for one check, and destroyed after it with all that the check
 * left. Safe for use by any thread.
 */
public final class PoolBench implements Bench {
    /** Bytes of a buffer that is of a useful size and small for any pool. */
    private static final long MODEST = 1 << 16;

    private final Subject subject;
    private final PoolOffer offer;
    private final ConcurrentLinkedDeque<PoolBuffer> live = new ConcurrentLinkedDeque<>();
    private Pool pool;
    private boolean open;
    private volatile boolean refused;

    PoolBench(Subject subject, PoolOffer offer) {
        this.subject = subject;
        this.offer = offer;
        open();
    }

    private void open() {
        pool = subject.backend().open(offer);
        open = true;
    }

    @Override
    public String heap() {
        return offer.heap();
    }

    @Override
    public boolean refused() {
        return refused;
    }

    /** Notes that a capability is absent, and its use was refused as documented. */
    public void absent() {
        refused = true;
    }

    /** Asserts the documented refusal of what the pool says it cannot do. */
    public void absent(String what, HeapError error, Expect.Action action) {
        Expect.refusal(what, action, error);
        absent();
    }

    /** {@return the backend} */
    public HeapBackend backend() {
        return subject.backend();
    }

    /** {@return whether the backend's capability declares {@code attribute} to be true} */
    public boolean declares(String attribute) {
        return "true".equals(String.valueOf(subject.declared().get(attribute)));
    }

    /** {@return what the suite heard in the place of core} */
    public TestHost host() {
        return subject.host();
    }

    /** {@return the suite's means} */
    public Laboratory laboratory() {
        return subject.laboratory();
    }

    /** {@return what the pool was opened for} */
    public PoolOffer offer() {
        return offer;
    }

    /** {@return the pool} */
    public Pool pool() {
        return pool;
    }

    /** {@return what the pool says of its memory} */
    public HeapAttributes attributes() {
        return pool.attributes();
    }

    /** {@return bytes of the unit of allocation} */
    public long granule() {
        return attributes().granularity();
    }

    /** {@return bytes of a buffer of a useful size that is small for any pool; a multiple of the granularity} */
    public long modest() {
        return Math.max(granule(), MODEST);
    }

    /** {@return how much is used} */
    public PoolUsage usage() {
        return pool.usage();
    }

    /** {@return bytes that are not allocated; skips where the pool cannot tell} */
    public long free() {
        return usage().free().orElseThrow(() -> Expect.skip("the pool cannot tell how much is free"));
    }

    /** {@return bytes that the pool manages; skips where it cannot tell} */
    public long capacity() {
        return usage().capacity().orElseThrow(() -> Expect.skip("the pool cannot tell its capacity"));
    }

    /** Allocates, as core would: sizes in whole units, aligned to one. */
    public PoolBuffer take(long size) {
        return take(size, granule());
    }

    /** Allocates, and remembers the buffer, so that it is freed after the check. */
    public PoolBuffer take(long size, long alignment) {
        PoolBuffer buffer = pool.allocate(size, alignment);
        if (buffer == null) {
            throw Expect.fail("an allocation of %d bytes returned nothing", size);
        }
        live.add(buffer);
        return buffer;
    }

    /** Allocates where that is the point of the check, and fails with a sentence. */
    public PoolBuffer obtain(long size) {
        PoolBuffer[] got = new PoolBuffer[1];
        Expect.works("an allocation of %d bytes".formatted(size), () -> got[0] = take(size));
        return got[0];
    }

    /** Frees a buffer. */
    public void give(PoolBuffer buffer) {
        if (!live.removeIf(one -> one == buffer)) {
            throw new IllegalArgumentException("the suite itself gave a buffer back twice");
        }
        pool.free(buffer);
    }

    /** Frees a buffer where that is the point of the check. */
    public void giveBack(PoolBuffer buffer) {
        Expect.works("freeing a live buffer", () -> give(buffer));
    }

    /** Forgets a buffer that the check freed by itself. */
    public void forget(PoolBuffer buffer) {
        live.removeIf(one -> one == buffer);
    }

    /** {@return all that is allocated in steps of {@code step} bytes until the pool says that it has no more} */
    public List<PoolBuffer> exhaust(long step) {
        List<PoolBuffer> taken = new ArrayList<>();
        long most = capacity() / step + 1;
        while (taken.size() <= most) {
            try {
                taken.add(take(step));
            } catch (HeapException e) {
                Expect.that(e.error() == HeapError.NO_MEMORY || e.error() == HeapError.NO_REGION,
                        "a pool that had no more said %s instead of NO_MEMORY or NO_REGION: %s", e.error(),
                        e.getMessage());
                return taken;
            }
        }
        throw Expect.fail("%d buffers of %d bytes were allocated from a capacity of %d", taken.size(), step,
                capacity());
    }

    /** {@return bytes of a step that takes a pool of known size in a few} */
    public long largeStep() {
        return Math.max(granule(), Long.highestOneBit(Math.max(1, free() / 8)) & -granule());
    }

    /** {@return where the pieces of a buffer are; skips where only a kernel knows} */
    public List<Span> spans(PoolBuffer buffer) {
        int segments = buffer.segments();
        if (segments == 0) {
            throw Expect.skip("where buffers are only the kernel knows");
        }
        List<Span> spans = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            spans.add(new Span(buffer.address(i), buffer.length(i)));
        }
        return spans;
    }

    /** {@return memory as seen from outside; skips when nobody looks} */
    public Eyes eyes() {
        return new Eyes(this, subject.laboratory().observer()
                .orElseThrow(() -> Expect.skip("nothing observes memory: there is no service MemoryObserver")));
    }

    /** {@return who makes firmware refuse; skips when nobody does} */
    public FaultInjector faults() {
        return subject.laboratory().faults()
                .orElseThrow(() -> Expect.skip("nothing makes firmware refuse: there is no service FaultInjector"));
    }

    /** Opens the pool anew where it was destroyed; one that refused to go is left as it is. */
    public void openAgain() {
        if (!open) {
            open();
        }
    }

    /** Frees all, destroys the pool, and opens it anew. */
    public void reopen() {
        freeAll();
        destroy();
        open();
    }

    /** Destroys the pool. */
    public void destroy() {
        pool.destroy();
        open = false;
    }

    /** Frees all that the check still has. */
    public void freeAll() {
        for (PoolBuffer buffer = live.poll(); buffer != null; buffer = live.poll()) {
            pool.free(buffer);
        }
    }

    /** {@return the pool of another heap of the backend, open as long as this one; empty when there is none} */
    public Optional<PoolOffer> otherOffer() {
        return subject.served().stream().filter(other -> !other.heap().equals(offer.heap())).findFirst();
    }

    /** {@return a bench for another offer, which the caller closes} */
    public PoolBench beside(PoolOffer other) {
        return new PoolBench(subject, other);
    }

    @Override
    public void close() {
        for (PoolBuffer buffer = live.poll(); buffer != null; buffer = live.poll()) {
            try {
                pool.free(buffer);
            } catch (RuntimeException | Error e) {
                // The check that is about freeing tells of it.
            }
        }
        if (open) {
            open = false;
            try {
                pool.destroy();
            } catch (RuntimeException | Error e) {
                // The check that is about destroying tells of it.
            }
        }
    }
}
