// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.os.internal.Pages;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.ProtectedRanges;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.ReservedMemory;

/** The emulated board as the trusted OS sees it. Safe for use by any thread: {@code this} guards what is withheld. */
public final class SocMachine implements Machine {
    private static final String OWNER = "optee";
    private static final int KEY_BYTES = 16;

    private final SecureWorld world;
    private final PhysicalMemory memory;
    private final ProtectedRanges ranges;
    private final RandomGenerator random;
    private final byte[] uniqueKey;
    private volatile List<AddressRange> withheld = List.of(); // written under this

    /**
     * Takes over a board.
     *
     * @param rights who may use memory of each use case, beside the secure world
     * @param patience how long to wait for those who use memory that is to change hands
     */
    public SocMachine(SecureWorld world, Map<Integer, Rights> rights, Duration patience) {
        this.world = world;
        this.memory = world.memory(Initiator.SECURE_CPU);
        this.ranges = new ProtectedRanges(world, OWNER, memory, rights, patience);
        this.random = world.soc().random(OWNER);
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
        return ranges.left();
    }

    @Override
    public boolean isNormalMemory(long address, long size) {
        return ranges.isNormalMemory(address, size) && !isWithheld(address, size);
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
    public boolean isNoWider(AddressRange range, AddressRange than) {
        return world.soc().initiators().stream().filter(one -> !one.secure()).allMatch(one ->
                rights(one, than).stream().allMatch(least -> rights(one, range).stream().allMatch(least::allows)));
    }

    /** All that an initiator may do anywhere in a range. */
    private Set<Access> rights(Initiator initiator, AddressRange range) {
        Set<Access> rights = EnumSet.noneOf(Access.class);
        long end = range.base() + range.size();
        for (long at = range.base(); at < end; at = Pages.start(at) + Pages.SIZE) {
            rights.add(world.soc().firewall().rights(initiator, at));
        }
        return rights;
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
    public void protect(int useCase, long address, long size) {
        ranges.protect(useCase, address, size);
    }

    @Override
    public void protectFor(int device, Access access, long address, long size) {
        ranges.protectFor(device, access, address, size);
    }

    @Override
    public void protectForGood(String name, int useCase, long address, long size) {
        ranges.protectForGood(name, useCase, address, size);
    }

    @Override
    public void restore(long address) {
        ranges.restore(address);
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
