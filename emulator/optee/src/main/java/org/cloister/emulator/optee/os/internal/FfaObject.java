// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/**
 * Memory that came by FF-A, by its handle.
 *
 * <pre>
 *  from        by                                                      to
 *  (new)       {@link FfaMemory#commit}, memory that is only shared    READY
 *  (new)       {@link FfaMemory#commit}, memory that is lent           PROTECTING
 *  PROTECTING  the machine protects it                                 READY
 *  PROTECTING  the machine refuses                                     (gone)
 *  READY       {@link FfaMemory#reclaim}, memory that is lent          RESTORING
 *  READY       {@link FfaMemory#reclaim}, memory that is only shared   (gone)
 *  RESTORING   the machine gives it back                               (gone)
 *  RESTORING   the machine refuses                                     READY
 * </pre>
 *
 * <p>In READY it may be used: {@code uses} counts by how many. The first use also {@code registers} it, until the
 * normal world unregisters it; it can be reclaimed when it is neither used nor registered. All fields are guarded by
 * the lock of {@link FfaMemory}.
 */
final class FfaObject {
    /** The states. */
    enum State { PROTECTING, READY, RESTORING }

    final MemoryObject memory;
    final int useCase;
    final long heapBytes;
    State state = State.READY;
    int uses;
    boolean registered;
    boolean assigned;

    FfaObject(MemoryObject memory, int useCase, long heapBytes) {
        this.memory = memory;
        this.useCase = useCase;
        this.heapBytes = heapBytes;
    }

    long handle() {
        return memory.cookie();
    }

    boolean overlaps(FfaObject other) {
        return switch (memory) {
            case SharedPages pages -> switch (other.memory) {
                // two that are only shared may overlap: that is the normal world's own affair
                case SharedPages otherPages -> false;
                case MemoryRange range -> pages.overlaps(range.base(), range.size());
            };
            case MemoryRange range -> switch (other.memory) {
                case SharedPages pages -> pages.overlaps(range.base(), range.size());
                case MemoryRange otherRange ->
                        Pages.overlap(range.base(), range.size(), otherRange.base(), otherRange.size());
            };
        };
    }
}
