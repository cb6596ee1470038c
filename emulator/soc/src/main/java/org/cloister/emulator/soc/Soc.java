// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.List;
import java.util.random.RandomGenerator;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.DeviceTree;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A board that is on. Models of devices find it as a service and get from it what they are wired to: memory under
 * their initiator's name, interrupt lines, the clock. No part of the product outside the emulator knows this type.
 *
 * <p>Safe for use by any thread. Valid until the service goes; then every access to memory throws
 * {@link IllegalStateException}.
 */
@ProviderType
public interface Soc {
    /** Service property: the name of the board. */
    String BOARD = "board";
    /**
     * Service property: {@code true} from when all that the normal world sees of the board is registered, and who waited
     * for it was told; a {@link Boolean}.
     */
    String COMPLETE = "board.complete";

    /** The name of the board. */
    String board();

    /** What the board is made of. */
    DeviceTree deviceTree();

    /** All initiators, in the order of the device tree; the CPU comes first. */
    List<Initiator> initiators();

    /**
     * The initiator of that name.
     *
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when the board has none
     */
    Initiator initiator(String name);

    /**
     * Physical memory as an initiator of the normal world sees it. A device model asks for its own; an attack probe for
     * anybody's.
     *
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when the board has no such initiator,
     *     {@code NOT_PERMITTED} for secure initiators, whose view is had from {@link SecureWorld} only
     */
    PhysicalMemory memory(String initiator);

    /** The firewall, to look at. */
    Firewall firewall();

    /**
     * Whether all of a range is restricted memory for a device: a region of the firewall keeps the CPU from reading it, or
     * it is encrypted with a key that the device has and the CPU has not. The bus tells this to devices in protected mode.
     */
    boolean isRestricted(Initiator device, long address, long length);

    /** What the bus blocked. */
    FaultLog faults();

    /** The contiguous areas of the normal world. */
    List<ContiguousArea> contiguousAreas();

    /**
     * Has somebody look at whatever goes back to a contiguous area: the only moment at which what its last user left in
     * it cannot be what the next one put there.
     *
     * @return ends it; a call that is under way may last longer
     */
    Registration watchReleases(ReleaseWatcher watcher);

    /** The interrupt lines. */
    InterruptController interrupts();

    /** The board's clock. */
    SocClock clock();

    /**
     * A source of random numbers that depends on the board's seed and {@code stream} only, so that it gives the same
     * numbers each time, whoever else asks for some. Not safe for use by several threads.
     *
     * @param stream who uses it, such as {@code "video-decoder"}
     */
    RandomGenerator random(String stream);

    /**
     * Puts the registers of a device on the bus.
     *
     * @param name the name of the device, for faults
     * @param base the physical address of the first register, a multiple of 4 KiB
     * @param size bytes, a multiple of 4 KiB
     * @param rights who may access them; registers are not behind the firewall of memory
     * @param registers what answers
     * @return takes the device off the bus
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} for a range that is not aligned,
     *     {@code ALREADY_EXISTS} for one that overlaps memory or another device
     */
    Registration attach(String name, long base, long size, Rights rights, Registers registers);
}
