// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Core as one backend sees it. What becomes of its memory is told in order: a fault before the quarantine that follows
 * from it, and all that a pool says while it is destroyed in the name of its heap.
 */
final class CandidateHost implements BackendHost {
    private static final Logger LOG = LoggerFactory.getLogger(CandidateHost.class);

    private final Core core;
    private final Candidate candidate;
    private final Relay relay;

    CandidateHost(Core core, Candidate candidate) {
        this.core = core;
        this.candidate = candidate;
        this.relay = new Relay(core::execute);
    }

    @Override
    public void offersChanged() {
        core.offersChanged(candidate);
    }

    @Override
    public void failed(Pool pool, String why) {
        core.failed(candidate, pool, why);
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        inOrder(pool, tenure -> core.quarantined(candidate, tenure, address, size, why));
    }

    @Override
    public void lent(Pool pool, long address, long size) {
        tell(pool, heap -> new HeapEvent.Lent(heap, candidate.id(), address, size));
    }

    @Override
    public void reclaimed(Pool pool, long address, long size) {
        tell(pool, heap -> new HeapEvent.Reclaimed(heap, candidate.id(), address, size));
    }

    @Override
    public void faulted(Pool pool, long address, long size, String why) {
        tell(pool, heap -> new HeapEvent.Faulted(heap, candidate.id(), address, size, why));
    }

    private void tell(Pool pool, Function<String, HeapEvent> maker) {
        if (core.events().isHeard()) {
            inOrder(pool, tenure -> core.events().tell(() -> maker.apply(
                    tenure.map(known -> known.record().heap()).orElse(""))));
        }
    }

    /** The pool may be destroyed by the time that it is told, or may not yet serve as it is opened. */
    private void inOrder(Pool pool, Consumer<Optional<Tenure>> action) {
        Optional<Tenure> now = core.registry().tenureOf(candidate, pool);
        relay.add(() -> action.accept(now.or(() -> core.elections().tenureOf(candidate, pool))));
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        if (!(buffer instanceof BufferReference reference)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "look behind a buffer",
                    buffer.getClass().getName(), "it was not made by this framework",
                    "pass a buffer that a Heap allocated");
        }
        Buffer behind = reference.acquire("look behind a buffer");
        try {
            behind.pin();
        } catch (HeapException e) {
            behind.release();
            throw e;
        }
        var borrowed = new Borrowed(behind, this::run);
        if (!behind.add(borrowed)) {
            borrowed.close();
            throw behind.revoked();
        }
        return borrowed;
    }

    private void run(Runnable action) {
        try {
            core.guard().call("backend " + candidate.id(), "let go of a revoked buffer", core.settings().callLimit(), () -> {
                action.run();
                return null;
            });
        } catch (HeapException e) {
            LOG.error("backend {} may still use a revoked buffer", candidate.id(), e);
        }
    }
}
