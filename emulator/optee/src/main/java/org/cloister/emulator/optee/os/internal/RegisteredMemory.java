// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/**
 * Memory that came by OP-TEE's SMC interface, by its cookie, which the normal world chose.
 *
 * <pre>
 *  from        by                                                              to
 *  (new)       registered as shared memory, or passed in one call only         READY
 *  (new)       {@link SmcMemory#lend}                                          PROTECTING
 *  PROTECTING  the machine protects it                                         READY
 *  PROTECTING  the machine refuses                                             (gone)
 *  READY       {@link SmcMemory#unregister} or {@link SmcMemory#reclaim}       RELEASING
 *  READY       the one call returns                                            (gone)
 *  RELEASING   nobody uses it any more; what was lent is given back            (gone)
 *  RELEASING   the machine does not give it back                               READY
 * </pre>
 *
 * <p>All fields are guarded by the lock of {@link SmcMemory}.
 */
final class RegisteredMemory {
    /** The states. */
    enum State { PROTECTING, READY, RELEASING }

    final MemoryObject memory;
    final int useCase;
    /** Passed in one call only: goes when that call is done, and cannot be taken back before. */
    final boolean temporary;
    final long heapBytes;
    State state = State.READY;
    int uses;

    RegisteredMemory(MemoryObject memory, int useCase, boolean temporary, long heapBytes) {
        this.memory = memory;
        this.useCase = useCase;
        this.temporary = temporary;
        this.heapBytes = heapBytes;
    }

    boolean overlaps(long address, long size) {
        return switch (memory) {
            case SharedPages pages -> pages.overlaps(address, size);
            case MemoryRange range -> Pages.overlap(range.base(), range.size(), address, size);
        };
    }
}
