// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Core as one backend sees it. */
final class CandidateHost implements BackendHost {
    private static final Logger LOG = LoggerFactory.getLogger(CandidateHost.class);

    private final Core core;
    private final Candidate candidate;

    CandidateHost(Core core, Candidate candidate) {
        this.core = core;
        this.candidate = candidate;
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
        core.quarantined(candidate, pool, address, size, why);
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
