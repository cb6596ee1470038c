// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Optional;
import org.cloister.backend.Pool;
import org.cloister.backend.SecureCopier;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * How a {@link LendingPool} gets memory from the normal world and to the secure world, and back. The steps of one chunk
 * are taken in this order, and undone in the reverse:
 *
 * <pre>
 *   take ─ lend ─ assign ─ ( buffers come and go ) ─ release ─ reclaim ─ giveBack
 *   CMA    FFA_MEM_LEND    ASSIGN_PROTMEM          RELEASE_…   FFA_MEM_RECLAIM   CMA
 * </pre>
 *
 * <p>A protocol that knows fewer steps leaves {@link #assign} and {@link #release} out.
 *
 * <table>
 *   <caption>What a failure means</caption>
 *   <tr><th>step</th><th>a {@linkplain #isRefusal refusal}</th><th>anything else it throws</th></tr>
 *   <tr><td>{@link #take}</td><td colspan="2">nothing was taken</td></tr>
 *   <tr><td>{@link #lend}</td><td>the normal world still has the memory, and gets it back</td>
 *     <td>nobody knows who has it: quarantined for good</td></tr>
 *   <tr><td>{@link #assign}</td><td>undone by {@link #reclaim}</td>
 *     <td>undone by {@link #release} and {@link #reclaim}</td></tr>
 *   <tr><td>{@link #release}</td><td colspan="2">left to {@link #reclaim} to decide</td></tr>
 *   <tr><td>{@link #reclaim}, {@link #giveBack}</td><td>quarantined, until a retry succeeds</td>
 *     <td>quarantined for good, for handle and address may be another chunk's by now</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread. One pool makes one call of the methods above at a time, and holds no lock meanwhile that
 * an allocation without a lend, or a free, would wait for. The other methods are quick and may be called at any time.
 */
@ConsumerType
public interface Lender {
    /**
     * Takes contiguous memory from the normal world.
     *
     * @param size bytes, as the {@link LendingPolicy} asks for
     * @param alignment bytes, a power of two
     * @return the physical address
     * @throws HeapException {@code NO_MEMORY}, or {@code INVALID_ARGUMENT} for more than there can ever be; the pool then
     *     tries a smaller chunk, if that will do
     */
    long take(long size, long alignment);

    /**
     * Lends memory to the secure world. When this returns the normal world has no access any more, and no access that
     * was permitted before is in flight.
     *
     * @param address what {@link #take} returned
     * @param size bytes
     * @return by what number the secure world knows the memory
     * @throws HeapException {@code NO_REGION} when the hardware can protect no more; others as in the table above
     */
    long lend(long address, long size);

    /**
     * Puts lent memory to its use.
     *
     * @param handle what {@link #lend} returned
     */
    default void assign(long handle) {}

    /**
     * Ends the use of lent memory.
     *
     * @param handle what {@link #lend} returned
     */
    default void release(long handle) {}

    /**
     * Takes lent memory back. When this returns the normal world has access again, and finds nothing of what was there.
     *
     * @param handle what {@link #lend} returned
     */
    void reclaim(long handle);

    /**
     * Gives memory back to the normal world.
     *
     * @param address what {@link #take} returned
     */
    void giveBack(long address);

    /** Bytes that {@link #take} could give at most, all chunks together. */
    long available();

    /** How many ranges the hardware can protect; empty when nobody can tell. */
    default Optional<RegionBudget> regions() {
        return Optional.empty();
    }

    /**
     * There is neither memory nor a region left, and the pool itself keeps nothing idle. Whoever else keeps something
     * idle is to let go of it.
     *
     * @return whether somebody did, so that another try makes sense
     */
    default boolean makeRoom() {
        return false;
    }

    /**
     * How a trusted OS finds a buffer when it is a parameter of a call; empty when none does.
     *
     * @param handle what {@link #lend} returned for the chunk that the buffer is a part of
     * @param offset bytes from the start of the chunk
     * @param address the physical address of the buffer
     */
    default Optional<TeeMemory> teeMemory(long handle, long offset, long address) {
        return Optional.empty();
    }

    /** The id of the trusted OS that {@link #teeMemory} answers for; none by default. */
    default Optional<String> tee() {
        return Optional.empty();
    }

    /**
     * How content gets from buffers of this lender's pool to those of another; not at all by default. When there is a way,
     * the pool's attributes say so.
     *
     * @param pool the pool
     */
    default Optional<SecureCopier> copier(Pool pool) {
        return Optional.empty();
    }

    /** Bytes that pools before this one could not get back, and that are kept from everybody; none by default. */
    default long withheld() {
        return 0;
    }

    /**
     * Tries to get back what pools before this one could not.
     *
     * @return bytes that the normal world has again
     */
    default long retryWithheld() {
        return 0;
    }

    /** The pool is destroyed, and nothing here is called any more. Called exactly once. */
    default void released() {}

    /**
     * Tells whether a failure is an answer, by which the other side says that it did nothing. Everything else, such as
     * dead firmware or an answer that makes no sense, leaves open what was done.
     */
    static boolean isRefusal(Throwable failure) {
        return failure instanceof HeapException e && switch (e.error()) {
            case FIRMWARE_REFUSED, NO_MEMORY, NO_REGION, BUSY, NOT_SUPPORTED, NOT_PERMITTED, INVALID_ARGUMENT, CLOSED,
                    UNAVAILABLE, INTERRUPTED -> true;
            default -> false;
        };
    }

    /**
     * Tells whether something may have run out, so that letting go of idle memory may help. Firmware that has no region
     * left often says no more than that it refuses.
     */
    static boolean mayBeScarcity(HeapException failure) {
        return switch (failure.error()) {
            case NO_MEMORY, NO_REGION, FIRMWARE_REFUSED -> true;
            default -> false;
        };
    }
}
