// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.platform.mali.CommandStream;
import org.cloister.platform.mali.ComposeJob;
import org.cloister.platform.mali.HostInterface;

/**
 * What a group has in memory, whether it has a slot or not, and in the firmware's interface while it has one. For the driver's thread.
 *
 * <pre>
 *  the microcontroller's space, 0x40_0000 for each number of a group from 0x0600_0000 on
 *    0x0 our side of the ring   0x1000 the firmware's side   0x10_0000 suspend buffer   0x20_0000 protected one
 *  the group's space
 *    0x1_0000 ring   0x2_0000 work   0x3_0000 synchronisation object
 * </pre>
 */
final class GroupMemory {
    private static final int PAGE = 4096;
    private static final long FIRST = 0x0600_0000L;
    private static final long STRIDE = 0x40_0000L;
    private static final long FIRMWARE_SIDE = 0x1000;
    private static final long SUSPEND = 0x10_0000L;
    private static final long PROTECTED_SUSPEND = 0x20_0000L;
    private static final long RING = 0x1_0000;
    private static final long WORK = 0x2_0000;
    private static final long SYNC = 0x3_0000;
    private static final int WORK_REGISTER = 0;
    private static final int SYNC_REGISTER = 2;
    private static final int VALUE_REGISTER = 4;

    private final int number;
    private final FirmwareInterface firmware;
    private final NormalMemory memory;
    private final AddressSpace microcontroller;
    private final AddressSpace space;
    private final long pages; // ring, work, synchronisation object, our side, the firmware's side
    private final long suspend;
    private final long suspendSize;
    private Optional<RestrictedMemory> restricted = Optional.empty();
    private int slot;
    private long insert;
    private long value;

    GroupMemory(int number, FirmwareInterface firmware, NormalMemory memory, AddressSpace microcontroller,
            AddressSpace space) {
        this.number = number;
        this.firmware = firmware;
        this.memory = memory;
        this.microcontroller = microcontroller;
        this.space = space;
        this.pages = memory.take(5L * PAGE);
        this.suspendSize = firmware.suspendSize() + PAGE - 1 & -PAGE;
        this.suspend = memory.take(suspendSize);
        space.map(RING, pages, PAGE, false, false);
        space.map(WORK, pages + PAGE, PAGE, false, false);
        space.map(SYNC, pages + 2L * PAGE, PAGE, true, false);
        microcontroller.map(base(), pages + 3L * PAGE, 2L * PAGE, true, false);
        microcontroller.map(base() + SUSPEND, suspend, suspendSize, true, false);
    }

    private long base() {
        return FIRST + number * STRIDE;
    }

    /** Where its protected suspend buffer belongs in the microcontroller's space. */
    static long protectedSuspend(int number) {
        return FIRST + number * STRIDE + PROTECTED_SUSPEND;
    }

    void restricted(RestrictedMemory buffer) {
        restricted = Optional.of(buffer);
    }

    Optional<RestrictedMemory> restricted() {
        return restricted;
    }

    int number() {
        return number;
    }

    /** From now on it has this slot, and the address space of that. */
    void slot(int given) {
        slot = given;
    }

    /** The slot that it has, or had. */
    int slot() {
        return slot;
    }

    AddressSpace space() {
        return space;
    }

    Port port() {
        return firmware.group(slot);
    }

    Port stream() {
        return firmware.stream(slot);
    }

    /** Describes the group for the firmware, with an empty ring, and asks that it be started. */
    void program(int priority) {
        space.activate(slot + 1);
        port().seen(HostInterface.STREAM_EVENTS, -1); // what those before it in the slot did not hear any more
        port().seen(HostInterface.REQUEST, HostInterface.SYNC_UPDATE);
        stream().seen(HostInterface.REQUEST, HostInterface.PROTM_PENDING | HostInterface.FATAL);
        insert = 0;
        memory.cpu().fill(pages + 2L * PAGE, 3L * PAGE, (byte) 0);
        Port stream = stream();
        stream.writeLong(HostInterface.RING, RING);
        stream.write(HostInterface.RING_SIZE, PAGE);
        stream.writeLong(HostInterface.RING_INPUT, base());
        stream.writeLong(HostInterface.RING_OUTPUT, base() + FIRMWARE_SIDE);
        stream.write(HostInterface.STREAM_INTERRUPT_MASK, -1);
        stream.set(HostInterface.REQUEST, HostInterface.STREAM_START, HostInterface.STATE_MASK);
        Port group = port();
        group.write(HostInterface.INTERRUPT_MASK, -1);
        group.write(HostInterface.ENDPOINTS, priority << HostInterface.PRIORITY_SHIFT);
        group.writeLong(HostInterface.SUSPEND_BUFFER, base() + SUSPEND);
        group.writeLong(HostInterface.PROTM_SUSPEND_BUFFER,
                restricted.isPresent() ? protectedSuspend(number) : 0);
        group.write(HostInterface.GROUP_CONFIGURATION, slot + 1);
        group.set(HostInterface.REQUEST, HostInterface.GROUP_START, HostInterface.STATE_MASK);
    }

    /** Asks that it be ended. */
    void terminate() {
        stream().set(HostInterface.REQUEST, HostInterface.STREAM_STOP, HostInterface.STATE_MASK);
        port().set(HostInterface.REQUEST, HostInterface.GROUP_TERMINATE, HostInterface.STATE_MASK);
    }

    /** Puts work into the ring. */
    void submit(ComposeJob work, boolean isProtected) {
        value++;
        memory.cpu().write(pages + PAGE, MemorySegment.ofArray(work.encode()));
        put(CommandStream.move(WORK_REGISTER, WORK));
        put(CommandStream.move(SYNC_REGISTER, SYNC));
        put(CommandStream.move(VALUE_REGISTER, value));
        if (isProtected) {
            put(CommandStream.protectedRegion(1));
        }
        put(CommandStream.runCompute(WORK_REGISTER));
        put(CommandStream.syncSet(SYNC_REGISTER, VALUE_REGISTER));
        memory.cpu().writeLong(pages + 3L * PAGE, insert);
    }

    private void put(long instruction) {
        memory.cpu().writeLong(pages + insert % PAGE, instruction);
        insert += CommandStream.BYTES;
    }

    /** Whether the work was done that was submitted last. */
    boolean isDone() {
        return memory.cpu().readLong(pages + 2L * PAGE) == value;
    }

    /**
     * Gives everything back: the GPU does not work for the group any more.
     *
     * @param alive whether the GPU is to forget it, as it has not if it was not reset; takes normal mode
     */
    void release(boolean alive) {
        microcontroller.unmap(base(), 2L * PAGE);
        microcontroller.unmap(base() + SUSPEND, suspendSize);
        restricted.ifPresent(RestrictedMemory::unmap);
        if (alive) {
            microcontroller.flush();
            space.deactivate();
        }
        restricted.ifPresent(RestrictedMemory::release);
        restricted = Optional.empty();
        memory.giveBack(pages);
        memory.giveBack(suspend);
        space.close();
    }
}
