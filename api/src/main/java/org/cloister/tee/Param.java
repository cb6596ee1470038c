// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/** A parameter of an operation. Immutable; what comes back is in {@link TeeResult}. */
@ProviderType
public sealed interface Param {
    /** No parameter in this place. */
    Param NONE = new None();

    /** No parameter in this place. */
    record None() implements Param {}

    /**
     * Two numbers.
     *
     * @param a the first; 32 bits reach the trusted application
     * @param b the second; 32 bits reach the trusted application
     * @param direction which way
     */
    record Value(int a, int b, Direction direction) implements Param {
        /** Checks the components. */
        public Value {
            Objects.requireNonNull(direction, "direction");
        }
    }

    /**
     * A part of shared memory. The bounds are checked here, thus before any call.
     *
     * @param memory the shared memory
     * @param offset bytes from its start
     * @param size bytes; the result has how many the trusted application wrote, or wanted to
     * @param direction which way; the memory's own direction must permit it
     */
    record Memory(SharedMemory memory, long offset, long size, Direction direction) implements Param {
        /**
         * Checks the components.
         *
         * @throws HeapException {@code OUT_OF_BOUNDS} when the part leaves the memory, {@code INVALID_ARGUMENT} when
         *     the memory's direction does not permit it
         */
        public Memory {
            Objects.requireNonNull(memory, "memory");
            Objects.requireNonNull(direction, "direction");
            if (offset < 0 || size < 0 || offset > memory.size() - size) {
                throw new HeapException(HeapError.OUT_OF_BOUNDS, "pass shared memory to a TEE",
                        "offset " + offset + ", size " + size,
                        "the memory has " + memory.size() + " bytes", "stay within it");
            }
            if (!memory.direction().permits(direction)) {
                throw new HeapException(HeapError.INVALID_ARGUMENT, "pass shared memory to a TEE",
                        "direction " + direction, "the memory was shared as " + memory.direction(),
                        "share it as INOUT, or pass it the way it was shared");
            }
        }

        /**
         * All of the memory.
         *
         * @param memory the shared memory
         * @return the parameter, of the memory's own direction
         */
        public static Memory all(SharedMemory memory) {
            return new Memory(memory, 0, memory.size(), memory.direction());
        }
    }

    /**
     * Memory of the client that is shared for this call only, or copied.
     *
     * @param memory native or heap memory of the client
     * @param direction which way
     */
    record Temporary(MemorySegment memory, Direction direction) implements Param {
        /**
         * Checks the components.
         *
         * @throws HeapException {@code INVALID_ARGUMENT} when the trusted application would write to read-only memory
         */
        public Temporary {
            Objects.requireNonNull(memory, "memory");
            Objects.requireNonNull(direction, "direction");
            if (direction.isOutput() && memory.isReadOnly()) {
                throw new HeapException(HeapError.INVALID_ARGUMENT, "pass memory to a TEE", "direction " + direction,
                        "the memory is read-only", "pass writable memory, or as INPUT");
            }
        }
    }
}
