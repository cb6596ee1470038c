// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.random.RandomGenerator;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.platform.PhysicalMemory;

/**
 * The machine under the secure world: its memory, what it can protect, randomness, time, and a line to the normal
 * world. Safe for use by any thread.
 */
public interface Machine extends TaPlatform {
    /** Physical memory as the secure processor sees it. */
    PhysicalMemory memory();

    /**
     * Takes over the static protected memory, which nobody can lend and which stays protected for good.
     *
     * @throws org.cloister.heap.HeapException as {@link #protect} does
     */
    void protectForGood(String name, int useCase, long address, long size);

    /** Random numbers; the calls of this type are serialised by the trusted OS. */
    RandomGenerator random();

    /** A secret of this machine, 16 bytes, the same each time it boots (the hardware unique key). */
    byte[] uniqueKey();

    /** Nanoseconds since some fixed moment. */
    long nanos();

    /** Raises an interrupt line of the normal world. */
    void raise(int line);
}
