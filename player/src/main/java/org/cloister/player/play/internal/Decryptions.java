// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.tee.Direction;
import org.cloister.tee.Tee;

/**
 * Chooses how samples are decrypted, by what a heap offers, once for each backend that serves it: where the CPU can write
 * the player decrypts; where it cannot, the trusted OS that knows the memory, if it has the content decryption
 * application. For one thread.
 */
final class Decryptions implements AutoCloseable {
    private final String clip;
    private final ContentKeys keys;
    private final Heap heap;
    private final Supplier<List<Tee>> tees;
    private final Map<String, Decryption> byBackend = new HashMap<>();
    private final Set<String> by = new LinkedHashSet<>();

    /**
     * Prepares to choose.
     *
     * @param tees what trusted operating systems there are now
     */
    Decryptions(String clip, ContentKeys keys, Heap heap, Supplier<List<Tee>> tees) {
        this.clip = clip;
        this.keys = keys;
        this.heap = heap;
        this.tees = tees;
    }

    /**
     * How to fill a buffer, and all others of its backend.
     *
     * @param buffer that nobody uses
     * @throws HeapException {@code NOT_SUPPORTED} when neither CPU nor trusted OS can
     */
    Decryption of(DmaBuf buffer) {
        Decryption chosen = prepare(buffer);
        by.add(chosen.by());
        return chosen;
    }

    /**
     * Finds out whether buffers of the backend that serves the heap now can be filled, with one that nobody uses.
     *
     * @throws HeapException when they cannot, and why
     */
    void requireAccess() {
        try (DmaBuf buffer = heap.allocate(AllocationRequest.of(1).named("trial"))) {
            prepare(buffer).requireAccess(buffer);
        }
    }

    private Decryption prepare(DmaBuf buffer) {
        Decryption chosen = byBackend.get(buffer.record().backend());
        if (chosen == null) {
            chosen = choose(buffer);
            byBackend.put(buffer.record().backend(), chosen);
        }
        return chosen;
    }

    private Decryption choose(DmaBuf buffer) {
        if (heap.attributes().cpuAccess().writes()) {
            return new CpuDecryption(clip, keys);
        }
        List<String> reasons = new ArrayList<>();
        for (Tee tee : tees.get()) {
            try {
                tee.register(buffer, Direction.OUTPUT).close(); // there may be several, and one that knows the memory
                return new TeeDecryption(clip, keys, tee);
            } catch (HeapException e) {
                if (e.error() == HeapError.REVOKED) {
                    throw e; // so is the buffer, for whoever is asked
                }
                reasons.add(e.why());
            }
        }
        throw new HeapException(HeapError.NOT_SUPPORTED, "play " + clip, "heap " + heap.name(),
                "the CPU cannot write its memory, and "
                        + (reasons.isEmpty() ? "there is no trusted OS to decrypt into it" : String.join("; ", reasons)),
                "choose a board with either, such as jacinto or virt-optee, or another heap with --heap");
    }

    /** Who decrypted, in the order of their first sample. */
    List<String> by() {
        return List.copyOf(by);
    }

    @Override
    public void close() {
        byBackend.values().forEach(Decryption::close);
    }
}
