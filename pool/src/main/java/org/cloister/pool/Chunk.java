// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

/**
 * A range of memory that was taken to be lent. The state and the allocator are guarded by the lock of {@link Chunks};
 * how far it got is written by the thread that takes it through its steps, under the lock of {@link Transitions}.
 */
final class Chunk {
    /** What is to be undone. */
    private enum Hold { NOTHING, TAKEN, IN_DOUBT, LENT, ASSIGNED }

    private final long address;
    private final long size;
    private final RangeAllocator allocator;
    private ChunkState state = ChunkState.NONE;
    private volatile Hold hold = Hold.TAKEN; // volatile for those who count regions meanwhile
    private long handle; // written before the chunk serves for the first time
    private long idleSince;

    /**
     * Memory was taken.
     *
     * @param pool the name of the pool, for messages
     */
    Chunk(String pool, long address, long size, long granularity) {
        this.address = address;
        this.size = size;
        this.allocator = new RangeAllocator(pool, address, size, granularity);
    }

    long address() {
        return address;
    }

    long size() {
        return size;
    }

    RangeAllocator allocator() {
        return allocator;
    }

    ChunkState state() {
        return state;
    }

    /** Changes the state; a transition that the table does not have is a defect of the pool. */
    void become(ChunkState next) {
        if (!state.leadsTo(next)) {
            throw new IllegalStateException("%s cannot go from %s to %s".formatted(this, state, next));
        }
        state = next;
    }

    /** By what number the secure world knows the memory. */
    long handle() {
        return handle;
    }

    /** When the last buffer was freed, on the pool's clock. */
    long idleSince() {
        return idleSince;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    /** The secure world has it. */
    void lent(long number) {
        handle = number;
        hold = Hold.LENT;
    }

    /** It is, or may be, put to its use. */
    void assigned() {
        hold = Hold.ASSIGNED;
    }

    /** Nobody knows who has it. */
    void doubt() {
        hold = Hold.IN_DOUBT;
    }

    /** Tells whether there is a way back. */
    boolean isRetrievable() {
        return hold != Hold.IN_DOUBT;
    }

    /** Tells whether the firewall has, or may have, a region for it. */
    boolean holdsRegion() {
        return hold.compareTo(Hold.TAKEN) > 0;
    }

    /**
     * Takes the steps back that were taken, as far as it goes; a later call goes on from there. That a release failed
     * matters only if the reclaim fails, too. A step that may or may not have been done is not tried again: the secure
     * world may have given the same number to another chunk since.
     *
     * @param tidings told that it was reclaimed, and of each step that failed
     */
    void undo(Lender lender, Tidings tidings) {
        RuntimeException unreleased = null;
        if (hold == Hold.ASSIGNED) {
            try {
                lender.release(handle);
                hold = Hold.LENT;
            } catch (RuntimeException e) {
                unreleased = e;
                tidings.faulted(this, "released", e);
            }
        }
        Hold before = hold;
        hold = Hold.IN_DOUBT; // until the answer is there
        String step = "reclaimed";
        try {
            if (before != Hold.TAKEN) {
                lender.reclaim(handle);
                before = Hold.TAKEN;
                tidings.reclaimed(this);
            }
            step = "given back";
            lender.giveBack(address);
            hold = Hold.NOTHING;
        } catch (RuntimeException | LinkageError e) {
            tidings.faulted(this, step, e);
            if (Lender.isRefusal(e)) {
                hold = before;
            }
            if (unreleased != null) {
                e.addSuppressed(unreleased);
            }
            throw e;
        }
    }

    @Override
    public String toString() {
        return "chunk of 0x%x bytes at 0x%x".formatted(size, address);
    }
}
