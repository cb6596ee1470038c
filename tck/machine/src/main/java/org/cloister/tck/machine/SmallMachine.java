// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.machine;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;
import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A machine with {@value #SIZE} bytes of memory from {@value #BASE} on, bus masters, and firmware that programs a
 * firewall of {@value #REGIONS} regions. What no region covers is the CPU's, and nobody else's. A service.
 *
 * <p>Safe for use by any thread. Protection changes at once for all: no access is under way when a call returns.
 */
@ProviderType
public interface SmallMachine {
    /** The address of the first byte. */
    long BASE = 0x4000_0000L;
    /** Bytes of memory. */
    long SIZE = 8L << 20;
    /** How many regions the firewall has. */
    int REGIONS = 6;

    /** {@return the names of the bus masters: the CPU, a video decoder, a display, a network card} */
    Set<String> initiators();

    /**
     * Has the firmware protect a range.
     *
     * @param address the first byte, a multiple of 4 KiB
     * @param size bytes, a multiple of 4 KiB
     * @param grants what each bus master may do there; who is not named may do nothing
     * @throws org.cloister.heap.HeapException {@code NO_REGION} when there is none left, {@code INVALID_ARGUMENT} for a
     *     range that is not made of pages of the machine, or of which a part is protected; {@code FIRMWARE_REFUSED}
     */
    void protect(long address, long size, Map<String, Access> grants);

    /**
     * Has the firmware clear a protected range, and leave it to the CPU again.
     *
     * @param address what {@link #protect} was told
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when no region begins there;
     *     {@code FIRMWARE_REFUSED}
     */
    void release(long address);

    /**
     * Has the firmware set a part of a protected range to zero.
     *
     * @param address the first byte
     * @param size bytes
     */
    void clear(long address, long size);

    /** {@return how many regions are left} */
    int regionsLeft();

    /**
     * Reads as the CPU.
     *
     * @param address the first byte
     * @param into filled completely
     * @throws org.cloister.heap.HeapException {@code FAULT} when the bus blocks it
     */
    void read(long address, MemorySegment into);

    /**
     * Writes as the CPU.
     *
     * @param address the first byte
     * @param from what to write
     * @throws org.cloister.heap.HeapException {@code FAULT} when the bus blocks it
     */
    void write(long address, MemorySegment from);

    /**
     * {@return memory as the CPU addresses it, for mappings; nothing is blocked here, as on a machine whose firewall is
     * behind the caches} Use it for memory that is not protected.
     *
     * @param address the first byte
     * @param size bytes
     */
    MemorySegment map(long address, long size);

    /**
     * Takes memory that is not protected from the operating system.
     *
     * @param size bytes, a multiple of 4 KiB
     * @param alignment bytes, a power of two
     * @return its address
     * @throws org.cloister.heap.HeapException {@code NO_MEMORY}
     */
    long take(long size, long alignment);

    /** Gives memory back that {@link #take} returned. */
    void giveBack(long address);

    /** {@return bytes that {@link #take} could return, all ranges together} */
    long available();
}
