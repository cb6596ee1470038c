// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.lang.foreign.MemorySegment;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The memory under a pool of this package, as its backend reaches it. The pool keeps the books; what touches memory, or
 * knows who else does, is here. Every default refuses, so a backend implements what its memory can do.
 *
 * <p>Safe for use by any thread: the pool calls it concurrently and without locks, for ranges within live buffers, and
 * for CPU access only of the kind that the pool's attributes permit.
 */
@ConsumerType
public interface PoolMemory {
    /** Memory that neither the CPU nor a trusted OS reaches through this pool. */
    static PoolMemory outOfReach() {
        return new PoolMemory() {};
    }

    /**
     * Writes with the CPU.
     *
     * @param address the physical address of the first byte
     * @param from what to write
     */
    default void write(long address, MemorySegment from) {
        throw notOffered("write with the CPU", address);
    }

    /**
     * Reads with the CPU.
     *
     * @param address the physical address of the first byte
     * @param into filled completely
     */
    default void read(long address, MemorySegment into) {
        throw notOffered("read with the CPU", address);
    }

    /**
     * Maps for the CPU.
     *
     * @param address the physical address of the first byte
     * @param size bytes
     * @param access never {@link Access#NONE}
     */
    default PoolMapping map(long address, long size, Access access) {
        throw notOffered("map for the CPU", address);
    }

    /**
     * How a trusted OS finds the buffer at {@code address} when it is a parameter of a call.
     *
     * @param address the physical address of a live buffer
     */
    default TeeMemory teeMemory(long address) {
        throw notOffered("use a buffer in a TEE call", address);
    }

    /** The pool is destroyed, and nothing here is called any more. Called exactly once. The default does nothing. */
    default void released() {}

    private static HeapException notOffered(String what, long address) {
        return new HeapException(HeapError.NOT_SUPPORTED, what, "memory at 0x%x".formatted(address),
                "its backend has no way to do so", "use a heap of a backend that has one");
    }
}
