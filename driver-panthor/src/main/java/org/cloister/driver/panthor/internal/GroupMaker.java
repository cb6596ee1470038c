// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.PanthorDriver;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * Makes groups, with what they need in memory, and sees that protected mode takes memory only while one of them needs it.
 * For the driver's thread.
 */
final class GroupMaker {
    private final GpuCore core;
    private final RegisterBlock registers;
    private final NormalMemory memory;

    GroupMaker(GpuCore core, RegisterBlock registers, NormalMemory memory) {
        this.core = core;
        this.registers = registers;
        this.memory = memory;
    }

    /**
     * Makes a group. Normal mode.
     *
     * @throws HeapException what {@link PanthorDriver#createGroup} says
     */
    Group make(GroupSettings settings) {
        if (core.mode().isOff()) {
            throw core.dead().map(cause -> new HeapException(HeapError.FIRMWARE_DEAD, "create a group", core.name(), cause.why(),
                    cause.remedy(), cause)).orElseGet(core::stopped);
        }
        if (settings.isProtected() && !core.protectedMode().isReady()) {
            throw new HeapException(HeapError.UNAVAILABLE, "create a protected group", core.name(), core.protectedMode().obstacle()
                    .map(HeapException::getMessage).orElse("the heap of protected mode is not there"),
                    "wait until it is, or create one that is not protected");
        }
        if (core.schedule().size() == PanthorDriver.MOST_GROUPS) {
            throw new HeapException(HeapError.BUSY, "create a group", core.name(), "there are %d groups already".formatted(
                    PanthorDriver.MOST_GROUPS), "close one");
        }
        int number = 0;
        while (core.schedule().hasNumber(number)) {
            number++;
        }
        Group group = new Group(core, settings, groupMemory(number, settings.isProtected()));
        core.microcontroller().flush();
        core.schedule().add(group);
        return group;
    }

    private GroupMemory groupMemory(int number, boolean isProtected) {
        if (!isProtected) {
            return new GroupMemory(
                    number, core.face(), memory, core.microcontroller(), new AddressSpace(registers, memory));
        }
        try {
            core.protectedMode().gain();
            RestrictedMemory restricted = core.protectedMode().suspendBuffer(
                    GroupMemory.protectedSuspend(number), core.face().protectedSuspendSize());
            try {
                GroupMemory made = groupMemory(number, false);
                made.restricted(restricted);
                return made;
            } catch (HeapException e) {
                restricted.release();
                throw e;
            }
        } catch (HeapException e) {
            giveProtectedModeBack();
            throw e;
        }
    }

    /** Without protected groups the firmware's protected sections take no memory. */
    private void giveProtectedModeBack() {
        core.whenNormal(() -> {
            if (core.schedule().protectedGroups().isEmpty()) {
                core.protectedMode().release();
            }
        });
    }

    /** A group is no more. */
    void forget(Group group) {
        core.schedule().remove(group);
        if (group.settings().isProtected()) {
            giveProtectedModeBack();
        }
    }
}
