// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
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
        core.failed(pool, why);
    }

    @Override
    public void quarantined(Pool pool, long address, long size, String why) {
        String heap = core.registry().heaps().stream()
                .filter(h -> h.serving().filter(t -> t.uses(pool)).isPresent()
                        || h.draining().stream().anyMatch(t -> t.uses(pool)))
                .map(ManagedHeap::name).findFirst().orElse("");
        LOG.error("heap {}: backend {} withdrew 0x{} bytes at 0x{}: {}", heap, candidate.id(),
                Long.toHexString(size), Long.toHexString(address), why);
        core.events().tell(() -> new HeapEvent.Quarantined(heap, candidate.id(), address, size, why));
    }

    @Override
    public BorrowedBuffer borrow(DmaBuf buffer) {
        if (!(buffer instanceof BufferReference reference)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "look behind a buffer",
                    buffer.getClass().getName(), "it was not made by this framework",
                    "pass a buffer that a Heap allocated");
        }
        Buffer behind = reference.acquire("look behind a buffer");
        boolean done = false;
        try {
            behind.requireNotRevoked();
            var borrowed = new Borrowed(behind);
            if (!behind.add(borrowed)) {
                throw behind.revoked();
            }
            done = true;
            return borrowed;
        } finally {
            if (!done) {
                behind.release();
            }
        }
    }
}
