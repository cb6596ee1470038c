// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.ContiguousArea;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chunks that are protected still, and whose pools are gone: the processor was away when they were to be given back. The
 * pools of their use case that come after tell of them, and try again. Safe for use by any thread.
 */
final class Withheld {
    private static final Logger LOG = LoggerFactory.getLogger(Withheld.class);

    private final Protector protector;
    private final ContiguousArea area;
    private final Map<Long, Chunk> chunks = new ConcurrentHashMap<>(); // by cookie

    private record Chunk(long address, long size, UseCase useCase) {}

    Withheld(Protector protector, ContiguousArea area) {
        this.protector = protector;
        this.area = area;
    }

    /** A pool ends that could not get a chunk back. */
    void add(long cookie, long address, long size, UseCase useCase) {
        chunks.put(cookie, new Chunk(address, size, useCase));
    }

    /** Bytes of a use case. */
    long bytes(UseCase useCase) {
        return chunks.values().stream().filter(chunk -> chunk.useCase.equals(useCase)).mapToLong(Chunk::size).sum();
    }

    /** Who hears of what became of a chunk. */
    interface Tidings {
        /** It is the normal world's again. */
        void reclaimed(long address, long size);

        /** It could not be had. */
        void faulted(long address, long size, String why);
    }

    /** Tries to get all of a use case back; gives the bytes that are the normal world's again. */
    synchronized long retry(UseCase useCase, Tidings tidings) {
        long back = 0;
        for (long cookie : List.copyOf(chunks.keySet())) {
            Chunk chunk = chunks.get(cookie);
            if (chunk.useCase.equals(useCase)) {
                try {
                    protector.release(cookie);
                } catch (HeapException e) {
                    LOG.debug("0x{} stays protected: {}", Long.toHexString(chunk.address), e.getMessage());
                    tidings.faulted(chunk.address, chunk.size, "it could not be reclaimed: " + e.getMessage());
                    return back;
                }
                chunks.remove(cookie);
                tidings.reclaimed(chunk.address, chunk.size);
                area.release(chunk.address);
                back += chunk.size;
            }
        }
        return back;
    }
}
