// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupState;
import org.cloister.driver.panthor.internal.ModeMachine.Event;
import org.cloister.heap.HeapException;

/**
 * All groups, which of them have one of the hardware's slots, and whose turn it is. Nobody starves: a slot goes from
 * group to group after each composition when others wait for one; protected mode goes by {@link Turns} as slots do; and
 * who works in normal mode is overtaken {@value #MOST_OVERTAKEN} times, and then all others wait for it, whatever their
 * priorities are to the firmware. For the driver's thread.
 */
final class Schedule {
    /** How often a group that works may see others begin. */
    static final int MOST_OVERTAKEN = 8;

    private final GpuCore core;
    private final List<Group> groups = new ArrayList<>();
    private final TreeMap<Integer, Group> slots = new TreeMap<>();
    private final Turns<Group> turnsForSlots = new Turns<>(group -> group.settings().priority());
    private final Turns<Group> turnsForProtectedMode = new Turns<>(group -> group.settings().priority());
    private boolean pumping;
    private long begun;

    Schedule(GpuCore core) {
        this.core = core;
    }

    /** Does something with each group; it may take groups away. */
    void each(Consumer<Group> what) {
        List.copyOf(groups).forEach(what);
    }

    /** Those that are protected. */
    List<Group> protectedGroups() {
        return groups.stream().filter(group -> group.settings().isProtected()).toList();
    }

    int size() {
        return groups.size();
    }

    boolean hasNumber(int number) {
        return groups.stream().anyMatch(group -> group.number() == number);
    }

    /** Takes a group in; it gets a slot at once, if there is one. Normal mode. */
    void add(Group group) {
        groups.add(group);
        if (slots.size() < core.firmware().slots()) {
            seat(group);
        }
    }

    /** A group is no more. */
    void remove(Group group) {
        groups.remove(group);
        vacate(group);
    }

    /** A group has no slot any longer. */
    void vacate(Group group) {
        slots.values().remove(group);
    }

    private void seat(Group group) {
        int slot = 0;
        while (slots.containsKey(slot)) {
            slot++;
        }
        slots.put(slot, group);
        group.assign(slot);
    }

    /** The firmware has booted: tells it of those that had slots before. */
    void booted() {
        List.copyOf(slots.values()).forEach(Group::start);
    }

    /** Looks what the firmware has to say. */
    void hear() {
        for (Group group : List.copyOf(slots.values())) {
            if (core.mode().isRunning()) {
                group.hear();
            }
        }
    }

    /** Protected mode was left. */
    void left() {
        groups.forEach(Group::left);
    }

    /** Does what can be done. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            while (core.mode().now() == GpuMode.NORMAL && round()) { }
            if (core.mode().now() == GpuMode.PROTECTED && (core.normalWork().isUrgent() || couldWork())) {
                core.mode().exit();
            }
        } finally {
            pumping = false;
        }
    }

    /** One round in normal mode; tells whether there is to be another. */
    private boolean round() {
        core.normalWork().run();
        giveSlots();
        makeRoom();
        begin();
        if (!core.normalWork().isEmpty()) {
            return true;
        }
        if (groups.stream().noneMatch(Schedule::isHeldUp)) {
            turnsForProtectedMode.give(List.copyOf(groups).stream().filter(this::canEnter).toList())
                    .ifPresent(this::enter);
        }
        return false;
    }

    private List<Group> seekers() {
        return groups.stream().filter(Group::seeksSlot).toList();
    }

    private void giveSlots() {
        while (slots.size() < core.firmware().slots()) {
            Optional<Group> next = turnsForSlots.give(seekers());
            if (next.isEmpty()) {
                return;
            }
            seat(next.get());
        }
    }

    /** Who has to go so that others get a slot: who has no work, and then who has had a turn, the longest ago first. */
    private Stream<Group> leavers() {
        long leaving = groups.stream().filter(group -> group.state() == GroupState.SUSPENDING).count();
        long wanted = seekers().size() - (core.firmware().slots() - slots.size()) - leaving;
        return slots.values().stream().filter(Group::mayLeave)
                .sorted(Comparator.comparing(Group::wantsNormalMode).thenComparingLong(Group::begunLast))
                .limit(Math.max(0, wanted));
    }

    private void makeRoom() {
        leavers().toList().forEach(Group::suspend);
    }

    private static boolean isHeldUp(Group group) {
        return group.state() == GroupState.BUSY && group.overtaken() >= MOST_OVERTAKEN;
    }

    private boolean mayBegin() {
        return groups.stream().noneMatch(Schedule::isHeldUp);
    }

    private void begin() {
        for (Group group : List.copyOf(slots.values())) {
            while (group.wantsNormalMode() && mayBegin()) {
                group.beginNext();
            }
        }
    }

    /** A group was given work: others see it pass. */
    long passed(Group group) {
        groups.stream().filter(other -> other != group).forEach(Group::overtake);
        return ++begun;
    }

    /** Whether something could be begun, were there normal mode. */
    private boolean couldWork() {
        return slots.values().stream().anyMatch(Group::wantsNormalMode) && mayBegin()
                || slots.size() < core.firmware().slots() && !seekers().isEmpty()
                || leavers().findAny().isPresent();
    }

    /** Whether it waits for protected mode, and what that takes is mapped. Nothing is lost by waiting for a move. */
    private boolean canEnter(Group group) {
        try {
            return group.waitsForProtectedMode() && core.protectedMode().map(group.suspendBuffer());
        } catch (HeapException e) {
            loseProtected(e);
            return false;
        }
    }

    private void enter(Group group) {
        core.mode().on(Event.ENTER);
        group.enter();
        passed(group);
        core.mode().enter();
    }

    /** Protected mode has become impossible. */
    void loseProtected(HeapException cause) {
        protectedGroups().forEach(group -> group.end(GroupMachine.Event.LOSE, cause));
    }
}
