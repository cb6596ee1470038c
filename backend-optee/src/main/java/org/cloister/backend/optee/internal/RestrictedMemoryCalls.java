// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.backend.optee.rstmem.RestrictedAllocation;
import org.cloister.backend.optee.rstmem.RestrictedMemory;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.tee.Direction;
import org.cloister.tee.Tee;

/** {@link RestrictedMemory} on top of heaps and a trusted OS that belong to the caller. Safe for use by any thread. */
final class RestrictedMemoryCalls implements RestrictedMemory {
    private static final String WHAT = "allocate restricted memory";

    private final Heaps heaps;
    private final Tee tee;

    RestrictedMemoryCalls(Heaps heaps, Tee tee) {
        this.heaps = heaps;
        this.tee = tee;
    }

    @Override
    public RestrictedAllocation allocate(long size, int flags, int useCase) {
        if (flags != 0) {
            throw refused(HeapError.INVALID_ARGUMENT, "flags 0x%x".formatted(flags), "no flag is defined", "use 0");
        }
        if (useCase == RESERVED) {
            throw refused(HeapError.INVALID_ARGUMENT, "use case 0", "it is reserved", "use 1 for secure video");
        }
        AllocationRequest request = AllocationRequest.of(size);
        DmaBuf buffer = heap(useCase).allocate(request);
        boolean done = false;
        try {
            var allocation = new RestrictedAllocation(
                    buffer, tee.register(buffer, Direction.INOUT), buffer.size(), RESTRICTED);
            done = true;
            return allocation;
        } finally {
            if (!done) {
                buffer.close();
            }
        }
    }

    /** Several heaps may be for one use case: OP-TEE's own comes first, for OP-TEE has to know the memory. */
    private Heap heap(int useCase) {
        Optional<Heap> known = heaps.list().stream()
                .filter(heap -> heap.useCase().id() == useCase && heap.attributes().restricted())
                .min(Comparator.comparing((Heap heap) -> !heap.backend().equals(OpteeBackend.ID))
                        .thenComparing(heap -> !heap.name().equals(heap.useCase().heapName())));
        Optional<String> name = known.map(Heap::name).or(() -> standard(useCase).map(UseCase::heapName));
        if (name.isEmpty()) {
            throw refused(HeapError.INVALID_ARGUMENT, "use case " + Integer.toUnsignedString(useCase),
                    "there is none of that number", "use 1, 2 or 3, or the id of a use case that a backend offers");
        }
        return known.filter(heap -> heap.state() != HeapState.UNAVAILABLE)
                .orElseThrow(() -> refused(HeapError.UNAVAILABLE, "use case " + useCase,
                        heaps.explain(name.get()).toString(), "use a board and firmware that serve it"));
    }

    private static Optional<UseCase> standard(int id) {
        return Stream.of(UseCase.SECURE_VIDEO, UseCase.TRUSTED_UI, UseCase.SECURE_VIDEO_RECORD)
                .filter(useCase -> useCase.id() == id).findFirst();
    }

    private static HeapException refused(HeapError error, String which, String why, String remedy) {
        return new HeapException(error, WHAT, which, why, remedy);
    }
}
