// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;
import org.osgi.annotation.versioning.ProviderType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that firmware takes from the normal world and gives back. Each protected range is a region of the firewall; a
 * range that goes back is cut off from all devices, then scrubbed, then opened.
 *
 * <p>Safe for use by any thread: the lock guards which ranges are protected; the firewall is programmed under it, so that
 * one range is changed at a time. It is no monitor, for programming the firewall waits for those who use memory.
 */
@ProviderType
public final class ProtectedRanges {
    private static final Logger LOG = LoggerFactory.getLogger(ProtectedRanges.class);
    private static final Access ALL = Access.READ_WRITE;
    private static final long PAGE = 4096;

    private final SecureWorld world;
    private final String owner;
    private final PhysicalMemory memory;
    private final Map<Integer, Rights> rights;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile NormalMemory normal; // written under the lock
    private final Map<Long, FirewallRegion> ranges = new HashMap<>(); // guarded by the lock
    private long serial; // guarded by the lock

    /**
     * Begins with no range protected.
     *
     * @param world the authority over the board
     * @param owner the firmware; its regions are named after it
     * @param memory as a secure initiator sees it, to scrub
     * @param rights who may use memory of each use case, beside the secure world
     * @param patience how long to wait for those who use memory that is to change hands
     */
    public ProtectedRanges(SecureWorld world, String owner, PhysicalMemory memory, Map<Integer, Rights> rights,
            Duration patience) {
        this.world = world;
        this.owner = owner;
        this.memory = memory;
        this.rights = Map.copyOf(rights);
        this.patience = patience;
        this.normal = NormalMemory.of(world.soc().deviceTree());
    }

    /** How many more ranges the hardware can protect. */
    public int left() {
        return world.soc().firewall().budget().left();
    }

    /** Tells whether a range is ordinary memory of the normal world, all of it, protected now or not. */
    public boolean isNormalMemory(long address, long size) {
        return normal.contains(address, size);
    }

    /** Tells whether some of a range is protected now. */
    public boolean touches(long address, long size) {
        lock.lock();
        try {
            return ranges.values().stream()
                    .anyMatch(region -> address < region.base() + region.size() && region.base() < address + size);
        } finally {
            lock.unlock();
        }
    }

    /** Tells whether all of a range is in one range that is protected now. */
    public boolean contains(long address, long size) {
        lock.lock();
        try {
            return ranges.values().stream().anyMatch(region -> address >= region.base()
                    && size <= region.size() && address - region.base() <= region.size() - size);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Protects a range.
     *
     * @param useCase the number of the use case
     * @param address of the first byte
     * @param size bytes
     * @throws HeapException and nothing has changed: {@code NO_REGION} when the hardware can protect no more,
     *     {@code INVALID_ARGUMENT} for a range that is not normal memory, overlaps a protected one, or a use case that
     *     the board does not know, {@code TIMED_OUT} when somebody did not let go of it
     */
    public void protect(int useCase, long address, long size) {
        lock.lock();
        try {
            program(owner + "-" + serial, rightsOf(useCase, address, size), address, size);
            serial++;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Protects a range for one device of the normal world, beside the secure world.
     *
     * @param device its id, as the device tree gives it
     * @param access what it may do
     * @throws HeapException as {@link #protect}; {@code INVALID_ARGUMENT} also for an id that no such device has, and
     *     for that of the CPU
     */
    public void protectFor(int device, Access access, long address, long size) {
        lock.lock();
        try {
            Initiator initiator = world.soc().initiators().stream()
                    .filter(one -> one.id() == device && !one.secure() && !one.name().equals(Initiator.CPU))
                    .findFirst()
                    .orElseThrow(() -> refusal(address, size, "no device of the normal world has id " + device,
                            "give the id that the device tree gives the device"));
            program(owner + "-" + serial, Rights.of(Map.of(initiator, access)), address, size);
            serial++;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Protects a range for good; it is no normal memory any more.
     *
     * @param name of the region
     * @throws HeapException as {@link #protect}
     */
    public void protectForGood(String name, int useCase, long address, long size) {
        lock.lock();
        try {
            program(name, rightsOf(useCase, address, size), address, size);
            ranges.remove(address);
            normal = normal.without(new AddressRange(address, size));
        } finally {
            lock.unlock();
        }
    }

    private Rights rightsOf(int useCase, long address, long size) {
        return Optional.ofNullable(rights.get(useCase)).orElseThrow(() ->
                refusal(address, size, "the board knows no use case " + useCase,
                        "add it to the firmware's node in the device tree"));
    }

    private void program(String name, Rights granted, long address, long size) {
        if (size <= 0 || ((address | size) & PAGE - 1) != 0 || !normal.contains(address, size)) {
            throw refusal(address, size, "it is not made of pages of normal memory", "give other memory");
        }
        var region = FirewallRegion.foreground(name, address, size, withSecure(granted));
        world.program(FirewallUpdate.set(region), patience);
        ranges.put(address, region);
        LOG.debug("Protected {} bytes at 0x{} for {}", size, Long.toHexString(address), granted);
    }

    private static Rights withSecure(Rights granted) {
        return new Rights(granted.normal(), ALL, granted.own());
    }

    /**
     * Gives a protected range back, all zeros.
     *
     * @param address of the first byte of a range that was protected
     * @throws HeapException and it is still protected: {@code INVALID_ARGUMENT} when no protected range begins there,
     *     {@code TIMED_OUT} when somebody did not let go of it
     */
    public void restore(long address) {
        lock.lock();
        try {
            FirewallRegion region = Optional.ofNullable(ranges.get(address)).orElseThrow(() ->
                    refusal(address, 0, "no protected range begins there", "give the address it was protected with"));
            var closed = FirewallRegion.foreground(region.name(), region.base(), region.size(), withSecure(Rights.NONE));
            world.program(FirewallUpdate.set(closed), patience);
            try {
                memory.fill(region.base(), region.size(), (byte) 0);
                world.program(FirewallUpdate.remove(region.name()), patience);
            } catch (HeapException e) {
                world.program(FirewallUpdate.set(region), patience);
                throw e;
            }
            ranges.remove(address);
            LOG.debug("Gave {} bytes at 0x{} back", region.size(), Long.toHexString(address));
        } finally {
            lock.unlock();
        }
    }

    private HeapException refusal(long address, long size, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "change the protection of memory",
                "0x%x bytes at 0x%x on board %s".formatted(size, address, world.soc().board()), why, remedy);
    }
}
