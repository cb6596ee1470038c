// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.cloister.heap.Access;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;

/**
 * The machine under the secure world: its memory, what it can protect, randomness, time, and a line to the normal
 * world. Safe for use by any thread.
 */
public interface Machine {
    /** Physical memory as the secure processor sees it. */
    PhysicalMemory memory();

    /** Bytes; what is protected begins and ends at multiples. */
    long granule();

    /** How many more ranges the hardware can protect. */
    int rangesLeft();

    /** Tells whether a range is ordinary memory of the normal world, all of it, and not {@linkplain #withhold withheld}. */
    boolean isNormalMemory(long address, long size);

    /** From now on a range does not count as ordinary memory. */
    void withhold(AddressRange range);

    /** Ends that. */
    void yield(AddressRange range);

    /** Tells whether some of a range is withheld. */
    boolean isWithheld(long address, long size);

    /** Tells whether nobody of the normal world may do more in a range, anywhere in it, than everywhere in another. */
    boolean isNoWider(AddressRange range, AddressRange than);

    /** Memory that boot firmware protects for good, for an application to manage. */
    List<AddressRange> carveOuts(UUID application);

    /**
     * Takes a range from the normal world and gives it to those who may use it for a use case. When this returns, no
     * access that was permitted before is in flight.
     *
     * @throws org.cloister.heap.HeapException and nothing has changed: {@code NO_REGION} when the hardware can protect
     *     no more, {@code INVALID_ARGUMENT} for a range that is not normal memory, overlaps a protected one, or a use
     *     case that the board does not know, {@code TIMED_OUT} when somebody did not let go of it
     */
    void protect(int useCase, long address, long size);

    /**
     * The same, for one device alone.
     *
     * @param device the id that the accesses of the device carry
     * @throws org.cloister.heap.HeapException as {@link #protect}; {@code INVALID_ARGUMENT} also when no device of the
     *     normal world has that id
     */
    void protectFor(int device, Access rights, long address, long size);

    /**
     * Gives a protected range back, all zeros.
     *
     * @throws org.cloister.heap.HeapException and it is still protected: {@code INVALID_ARGUMENT} when no protected
     *     range begins there, {@code TIMED_OUT} when somebody did not let go of it
     */
    void restore(long address);

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
