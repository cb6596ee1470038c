// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the secure world can do with memory, for trusted applications that manage some. An ordinary application has no
 * use for it. Safe for use by any thread.
 */
@ProviderType
public interface TaPlatform {
    /** Bytes; what is protected begins and ends at multiples. */
    long granule();

    /** How many more ranges the hardware can protect. */
    int rangesLeft();

    /** Tells whether a range is ordinary memory of the normal world, all of it. */
    boolean isNormalMemory(long address, long size);

    /**
     * Takes a range from the normal world and gives it to those who may use it for a use case. When this returns, no
     * access that was permitted before is in flight.
     *
     * @param useCase the number of the use case
     * @param address of the first byte
     * @param size bytes
     * @throws org.cloister.heap.HeapException and nothing has changed: {@code NO_REGION} when the hardware can protect
     *     no more, {@code INVALID_ARGUMENT} for a range that is not normal memory, overlaps a protected one, or a use
     *     case that the board does not know, {@code TIMED_OUT} when somebody did not let go of it
     */
    void protect(int useCase, long address, long size);

    /**
     * Gives a protected range back, all zeros.
     *
     * @param address of the first byte of a range that was protected
     * @throws org.cloister.heap.HeapException and it is still protected: {@code INVALID_ARGUMENT} when no protected
     *     range begins there, {@code TIMED_OUT} when somebody did not let go of it
     */
    void restore(long address);
}
