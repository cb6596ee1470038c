// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import java.util.List;
import org.cloister.heap.Access;
import org.cloister.platform.dt.AddressRange;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the secure world can do with memory, for trusted applications that manage some. An ordinary application has no
 * use for it. Each application has its own, and reaches no memory that another one protected. What it leaves protected
 * when it dies stays protected. Safe for use by any thread.
 */
@ProviderType
public interface TaPlatform {
    /** Bytes; what is protected begins and ends at multiples. */
    long granule();

    /** How many more ranges the hardware can protect. */
    int rangesLeft();

    /**
     * Tells whether a range is ordinary memory of the normal world, all of it: RAM that boot firmware did not take out,
     * and that no application protects.
     */
    boolean isNormalMemory(long address, long size);

    /** Ranges that this application, or an instance of it that is dead, protected; by address. */
    List<AddressRange> protectedRanges();

    /**
     * Ranges that boot firmware protects for good and that this application is to manage, in the order of the device
     * tree: children of {@code /reserved-memory} whose {@code cloister,trusted-application} is its uuid.
     */
    List<AddressRange> carveOuts();

    /**
     * Takes a range from the normal world and gives it to those who may use it for a use case. When this returns, no
     * access that was permitted before is in flight.
     *
     * @param useCase the number of the use case
     * @param address of the first byte
     * @param size bytes
     * @throws org.cloister.heap.HeapException and nothing has changed: {@code NO_REGION} when the hardware can protect
     *     no more, {@code INVALID_ARGUMENT} for a range that is not normal memory, overlaps a protected one, or a use
     *     case that the board does not know, {@code BUSY} while the normal world shares some of it with the trusted
     *     OS, {@code TIMED_OUT} when somebody did not let go of it
     */
    void protect(int useCase, long address, long size);

    /**
     * The same, for one device alone.
     *
     * @param device the id that the accesses of the device carry
     * @param rights what it may do
     * @param address of the first byte
     * @param size bytes
     * @throws org.cloister.heap.HeapException as {@link #protect}; {@code INVALID_ARGUMENT} also when no device of the
     *     normal world has that id, {@code NOT_SUPPORTED} for rights that the hardware cannot express
     */
    void protectFor(int device, Access rights, long address, long size);

    /**
     * Fills with zeros.
     *
     * @param address of the first byte
     * @param size bytes, all in one range that this application protected, or in one of its {@link #carveOuts}
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when they are not
     */
    void clear(long address, long size);

    /**
     * Gives a protected range back, all zeros.
     *
     * @param address of the first byte of a range that was protected
     * @throws org.cloister.heap.HeapException and it is still protected: {@code INVALID_ARGUMENT} when no range begins
     *     there that this application protected, {@code BUSY} while a call of some application uses it,
     *     {@code TIMED_OUT} when somebody did not let go of it
     */
    void restore(long address);
}
