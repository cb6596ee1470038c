// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.layout.PspMapMemory;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.platform.layout.PspUnmapMemory;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps memory for the secure processor. Safe for use by any thread. */
public final class Buffers {
    private static final Logger LOG = LoggerFactory.getLogger(Buffers.class);
    /** The longest piece: a page less than 4 GiB. */
    private static final long PIECE = 0xffff_f000L;

    private Buffers() {}

    /**
     * A buffer that the processor knows.
     *
     * @param id by what number
     * @param generation in which it does
     */
    public record Mapped(int id, long generation) {}

    /**
     * Maps a range of whole pages.
     *
     * @throws HeapException {@code FIRMWARE_REFUSED}, {@code NO_MEMORY}, or what {@link PspRing#call} throws
     */
    public static Mapped map(PspRing ring, long address, long size) {
        String what = "map 0x%x bytes at 0x%x for the secure processor".formatted(size, address);
        if (size <= 0 || size > PIECE) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "a buffer", "its size has 32 bits", "share less");
        }
        PspRing.Answer answer = ring.call(what, PspCommand.MAP_SHARED_MEMORY, 0, entry -> {
            PspMapMemory.count(entry, PspRingEntry.PAYLOAD, 1);
            PspMapMemory.size(entry, PspRingEntry.PAYLOAD, (int) size);
            PspMapMemory.piece(entry, PspRingEntry.PAYLOAD, 0, address, (int) size);
        });
        require(what, answer);
        return new Mapped(PspMapMemory.bufId(answer.entry(), PspRingEntry.PAYLOAD), answer.generation());
    }

    /** Forgets a buffer; false when the processor may know it still. One that forgot it by itself knows it no more. */
    public static boolean unmap(PspRing ring, Mapped mapped) {
        if (mapped.generation() != ring.generation()) {
            return true;
        }
        String what = "unmap a buffer";
        try {
            require(what, ring.call(what, PspCommand.UNMAP_SHARED_MEMORY, mapped.generation(),
                    entry -> PspUnmapMemory.bufId(entry, PspRingEntry.PAYLOAD, mapped.id())));
            return true;
        } catch (HeapException e) {
            LOG.warn("buffer {} stays mapped: {}", mapped.id(), e.getMessage());
            return false;
        }
    }

    /**
     * Makes sure that the trusted OS did as it was told.
     *
     * @throws HeapException {@code NO_MEMORY}, {@code BUSY}, {@code FIRMWARE_DEAD}, {@code FIRMWARE_REFUSED}
     */
    public static void require(String what, PspRing.Answer answer) {
        if (answer.status() != TeeCode.SUCCESS) {
            HeapError error = switch (answer.status()) {
                case TeeCode.OUT_OF_MEMORY -> HeapError.NO_MEMORY;
                case TeeCode.BUSY -> HeapError.BUSY;
                case TeeCode.TARGET_DEAD -> HeapError.FIRMWARE_DEAD;
                default -> HeapError.FIRMWARE_REFUSED;
            };
            throw new HeapException(error, what, "the secure processor", TeeCode.name(answer.status()),
                    "see the log of its firmware");
        }
    }
}
