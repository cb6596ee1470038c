// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.os.internal.Pages;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.NormalMemory;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.ReservedMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The emulated board as the trusted OS sees it. Each protected range is a region of the firewall; a range that goes
 * back is cut off from all devices, then scrubbed, then opened.
 *
 * <p>Safe for use by any thread: {@code this} guards which ranges are protected or withheld; the firewall is programmed under it,
 * so that one range is changed at a time.
 */
public final class SocMachine implements Machine {
    private static final Logger LOG = LoggerFactory.getLogger(SocMachine.class);
    private static final int KEY_BYTES = 16;
    private static final Access ALL = Access.READ_WRITE;

    private final SecureWorld world;
    private final Map<Integer, Rights> rights;
    private final Duration patience;
    private final PhysicalMemory memory;
    private final RandomGenerator random;
    private final byte[] uniqueKey;
    private volatile NormalMemory normal; // written under this
    private volatile List<AddressRange> withheld = List.of(); // written under this
    private final Map<Long, FirewallRegion> ranges = new HashMap<>(); // guarded by this
    private long serial; // guarded by this

    /**
     * Takes over a board.
     *
     * @param rights who may use memory of each use case, beside the secure world
     * @param patience how long to wait for those who use memory that is to change hands
     */
    public SocMachine(SecureWorld world, Map<Integer, Rights> rights, Duration patience) {
        this.world = world;
        this.normal = NormalMemory.of(world.soc().deviceTree());
        this.rights = Map.copyOf(rights);
        this.patience = patience;
        this.memory = world.memory(Initiator.SECURE_CPU);
        this.random = world.soc().random("optee");
        RandomGenerator fuses = world.soc().random("optee-unique-key");
        this.uniqueKey = ByteBuffer.allocate(KEY_BYTES).putLong(fuses.nextLong()).putLong(fuses.nextLong()).array();
    }

    @Override
    public PhysicalMemory memory() {
        return memory;
    }

    @Override
    public long granule() {
        return Pages.SIZE;
    }

    @Override
    public int rangesLeft() {
        return world.soc().firewall().budget().left();
    }

    @Override
    public boolean isNormalMemory(long address, long size) {
        return normal.contains(address, size) && !isWithheld(address, size);
    }

    @Override
    public boolean isWithheld(long address, long size) {
        return size != 0
                && withheld.stream().anyMatch(range -> Pages.overlap(range.base(), range.size(), address, size));
    }

    @Override
    public synchronized void withhold(AddressRange range) {
        withheld = Stream.concat(withheld.stream(), Stream.of(range)).toList();
    }

    @Override
    public synchronized void yield(AddressRange range) {
        withheld = withheld.stream().filter(other -> !other.equals(range)).toList();
    }

    @Override
    public List<AddressRange> carveOuts(UUID application) {
        return world.soc().deviceTree().find(ReservedMemory.PATH).stream().flatMap(Node::children)
                .filter(Node::isEnabled)
                .filter(node -> node.has(BoardProperties.GRANTS))
                .filter(node -> node.property(OpteeBinding.APPLICATION)
                        .filter(name -> name.string().equalsIgnoreCase(application.toString())).isPresent())
                .flatMap(node -> node.ranges("reg").stream())
                .toList();
    }

    @Override
    public synchronized void protect(int useCase, long address, long size) {
        program("optee-" + serial, rightsOf(useCase, address, size), address, size);
        serial++;
    }

    @Override
    public synchronized void protectFor(int device, Access access, long address, long size) {
        Initiator initiator = world.soc().initiators().stream()
                .filter(one -> one.id() == device && !one.secure() && !one.name().equals(Initiator.CPU))
                .findFirst()
                .orElseThrow(() -> refusal(address, size, "no device of the normal world has id " + device,
                        "give the id that the device tree gives the device"));
        program("optee-" + serial, Rights.of(Map.of(initiator, access)), address, size);
        serial++;
    }

    @Override
    public synchronized void protectForGood(String name, int useCase, long address, long size) {
        program(name, rightsOf(useCase, address, size), address, size);
        ranges.remove(address);
        normal = normal.without(new AddressRange(address, size));
    }

    private Rights rightsOf(int useCase, long address, long size) {
        return Optional.ofNullable(rights.get(useCase)).orElseThrow(() ->
                refusal(address, size, "the board knows no use case " + useCase,
                        "add it to the firmware's node in the device tree"));
    }

    private void program(String name, Rights granted, long address, long size) {
        if (size <= 0 || !Pages.aligned(address | size) || !normal.contains(address, size)) {
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

    @Override
    public synchronized void restore(long address) {
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
    }

    private HeapException refusal(long address, long size, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "change the protection of memory",
                "0x%x bytes at 0x%x on board %s".formatted(size, address, world.soc().board()), why, remedy);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public byte[] uniqueKey() {
        return uniqueKey.clone();
    }

    @Override
    public long nanos() {
        return world.soc().clock().nanos();
    }

    @Override
    public void raise(int line) {
        world.soc().interrupts().raise(line);
    }
}
