// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Memory of one use case, from which core allocates. Pools of different use cases share no page and no firewall region.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>calls</th><th>next</th></tr>
 *   <tr><td>open</td><td>all</td><td>draining, when core decides; core then allocates no more</td></tr>
 *   <tr><td>draining</td><td>all but {@link #allocate}</td><td>destroyed, once no buffer is live</td></tr>
 *   <tr><td>destroyed</td><td>none</td><td>-</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread: core calls concurrently and holds no lock meanwhile. A method that throws has changed
 * nothing. Once a call fails for good, the pool says so with {@link BackendHost#failed}.
 */
@ConsumerType
public interface Pool {
    /** {@return what the memory is like} Never changes for one pool. */
    HeapAttributes attributes();

    /** {@return how much is used} May cost a little; never blocks on firmware. */
    PoolUsage usage();

    /**
     * Allocates.
     *
     * @param size bytes; core has rounded it up to the granularity
     * @param alignment bytes, a power of two, at least the granularity
     * @return the memory; core hands this object back to the other methods
     * @throws HeapException {@code NO_MEMORY}, {@code NO_REGION}, {@code INVALID_ARGUMENT}, {@code FIRMWARE_REFUSED},
     *     {@code FIRMWARE_DEAD}
     */
    PoolBuffer allocate(long size, long alignment);

    /**
     * Takes a buffer back. Core calls it once for each buffer, with no access to the buffer under way. When the memory
     * cannot be made safe for its next user it is quarantined, which is reported with {@link BackendHost#quarantined}
     * and is not an error here.
     *
     * @param buffer what {@link #allocate} returned
     * @throws HeapException {@code INVALID_ARGUMENT} when the buffer is not a live one of this pool
     */
    void free(PoolBuffer buffer);

    /**
     * Gives everything back. Called exactly once.
     *
     * @throws HeapException {@code BUSY} while buffers are live
     */
    void destroy();

    /**
     * Writes with the CPU. Bounds are checked by core. The default refuses.
     *
     * @param buffer a live buffer of this pool
     * @param offset bytes from its start
     * @param from what to write
     */
    default void write(PoolBuffer buffer, long offset, MemorySegment from) {
        throw noCpuAccess("write with the CPU");
    }

    /**
     * Reads with the CPU. Called on pools whose attributes permit it only; bounds are checked by core. The default
     * refuses.
     *
     * @param buffer a live buffer of this pool
     * @param offset bytes from its start
     * @param into filled completely
     */
    default void read(PoolBuffer buffer, long offset, MemorySegment into) {
        throw noCpuAccess("read with the CPU");
    }

    /**
     * Maps for the CPU. Called on pools whose attributes permit it only. The default refuses.
     *
     * @param buffer a live buffer of this pool
     * @param access never {@link Access#NONE}
     * @return the mapping, which core closes
     */
    default PoolMapping map(PoolBuffer buffer, Access access) {
        throw noCpuAccess("map for the CPU");
    }

    /**
     * Names a buffer for people who debug, where others than core can see names. The default does nothing.
     *
     * @param buffer a live buffer of this pool
     * @param name at most {@value org.cloister.heap.DmaBuf#MAX_NAME} characters; empty for none
     */
    default void name(PoolBuffer buffer, String name) {}

    /**
     * Tries once more to make quarantined memory safe. The default has none.
     *
     * @return bytes that are no longer quarantined
     */
    default long retryQuarantined() {
        return 0;
    }

    /**
     * How a trusted OS finds the buffer when it is a parameter of a call. The default refuses with
     * {@code NOT_SUPPORTED}.
     *
     * @param buffer a live buffer of this pool
     * @return where the trusted OS looks for it
     */
    default TeeMemory teeMemory(PoolBuffer buffer) {
        throw new HeapException(HeapError.NOT_SUPPORTED, "use a buffer in a TEE call", getClass().getName(),
                "memory of this backend is not known to any trusted OS",
                "allocate from a heap that the TEE's own backend serves");
    }

    /**
     * The trusted OS that can use any buffer of this pool as a parameter of a call, by its id. Known before the first
     * buffer is. The default is none.
     *
     * @return the {@code tee.id}; empty when there is none, or only some buffers can be used so
     */
    default Optional<String> tee() {
        return Optional.empty();
    }

    /**
     * How the content of buffers gets to another backend's memory without passing the normal world. Present exactly
     * when {@link HeapAttributes#movable()}.
     *
     * @return the copier; empty when content cannot get there
     */
    default Optional<SecureCopier> copier() {
        return Optional.empty();
    }

    private HeapException noCpuAccess(String what) {
        return new HeapException(HeapError.CPU_ACCESS_DENIED, what, getClass().getName(),
                "the memory is kept from the CPU", "let a device that the heap grants access do it");
    }
}
