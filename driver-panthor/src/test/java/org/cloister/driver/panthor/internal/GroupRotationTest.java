// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.driver.panthor.internal.GpuBoard.NORMAL;
import static org.cloister.driver.panthor.internal.GpuBoard.VIDEO;
import static org.cloister.driver.panthor.internal.GpuBoard.until;
import static org.cloister.driver.panthor.internal.Work.BYTES;
import static org.cloister.driver.panthor.internal.Work.CLOSED;
import static org.cloister.driver.panthor.internal.Work.COMPOSED;
import static org.cloister.driver.panthor.internal.Work.FORMAT;
import static org.cloister.driver.panthor.internal.Work.HEIGHT;
import static org.cloister.driver.panthor.internal.Work.OPEN;
import static org.cloister.driver.panthor.internal.Work.PICTURE;
import static org.cloister.driver.panthor.internal.Work.WIDTH;
import static org.cloister.driver.panthor.internal.Work.fail;
import static org.cloister.driver.panthor.internal.Work.refused;
import static org.cloister.driver.panthor.internal.Work.succeed;
import static org.cloister.driver.panthor.internal.Work.whole;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.GroupState;
import org.cloister.driver.panthor.PanthorDriver;
import org.cloister.emulator.devices.GpuBench.Point;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.platform.device.Scene.Area;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More groups than the three slots that the hardware has, and several that want protected mode. */
@Timeout(180)
class GroupRotationTest {
    private static final int SLOTS = 3;

    private final GpuBoard board = new GpuBoard();
    private final List<GpuGroup> groups = new ArrayList<>();
    private final List<DmaBuf> targets = new ArrayList<>();
    private DmaBuf source;

    @BeforeEach
    void boot() {
        board.booted().serveVideo();
        source = board.buffer(NORMAL, PICTURE);
    }

    @AfterEach
    void off() {
        targets.forEach(DmaBuf::close);
        source.close();
        board.close();
    }

    private GpuGroup group(GroupSettings settings) {
        GpuGroup group = board.driver().createGroup(settings);
        groups.add(group);
        targets.add(board.buffer(settings.isProtected() ? VIDEO : NORMAL, BYTES));
        return group;
    }

    private DmaBuf target(GpuGroup group) {
        return targets.get(groups.indexOf(group));
    }

    private Fence compose(GpuGroup group) {
        return group.compose(whole(source, target(group)));
    }

    private long in(GroupState state) {
        return groups.stream().filter(group -> group.state() == state).count();
    }

    @Test
    void moreGroupsThanSlotsDoTheirWork() {
        for (int i = 0; i < 8; i++) {
            group(new GroupSettings(i % 2 == 0, i));
        }
        List<Fence> fences = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            groups.forEach(group -> fences.add(compose(group)));
        }
        fences.forEach(Work::succeed);
        for (GpuGroup group : groups) {
            assertThat(board.look(target(group), group.settings().isProtected(), BYTES)).isEqualTo(COMPOSED);
            assertThat(group.failure()).isEmpty();
        }
        assertThat(board.gpu().resets()).isZero();
        groups.forEach(GpuGroup::close);
        assertThat(in(GroupState.CLOSED)).isEqualTo(8);
    }

    @Test
    void whoHasNoWorkMakesRoomAndComesBack() {
        for (int i = 0; i < SLOTS; i++) {
            GpuGroup one = group(OPEN);
            until(() -> one.state() == GroupState.IDLE);
        }
        GpuGroup fourth = group(OPEN);
        assertThat(fourth.state()).isEqualTo(GroupState.SUSPENDED);
        succeed(compose(fourth));
        until(() -> in(GroupState.SUSPENDED) == 1 && in(GroupState.IDLE) == SLOTS);
        assertThat(fourth.state()).isEqualTo(GroupState.IDLE);
        GpuGroup away = groups.stream().filter(group -> group.state() == GroupState.SUSPENDED).findFirst()
                .orElseThrow();
        succeed(compose(away));
        assertThat(board.look(target(away), false, BYTES)).isEqualTo(COMPOSED);
        until(() -> away.state() == GroupState.IDLE);
        until(() -> in(GroupState.SUSPENDED) == 1);
    }

    @Test
    void thereAreSoManyGroupsAndNoMore() {
        for (int i = 0; i < PanthorDriver.MOST_GROUPS; i++) {
            group(i % 4 == 0 ? CLOSED : OPEN);
        }
        refused(HeapError.BUSY, () -> board.driver().createGroup(OPEN));
        refused(HeapError.BUSY, () -> board.driver().createGroup(CLOSED));
        groups.get(5).close();
        GpuGroup last = group(OPEN);
        succeed(compose(last));
        refused(HeapError.BUSY, () -> board.driver().createGroup(OPEN));
    }

    /** Composes again and again into a buffer of its own until told to stop; counts. */
    private void keepBusy(GpuGroup group, int scale, AtomicBoolean stop, AtomicInteger done) {
        DmaBuf target = board.buffer(group.settings().isProtected() ? VIDEO : NORMAL, BYTES * scale * scale);
        targets.add(target);
        again(group, new Composition(target, WIDTH * scale, HEIGHT * scale, 0, List.of(new Composition.Layer(
                source, FORMAT, new Area(0, 0, WIDTH * scale, HEIGHT * scale), 255))), stop, done);
    }

    private void again(GpuGroup group, Composition work, AtomicBoolean stop, AtomicInteger done) {
        group.compose(work).onSignal(() -> {
            done.incrementAndGet();
            if (!stop.get()) {
                again(group, work, stop, done);
            }
        });
    }

    /**
     * Greedy groups always have two compositions waiting, of different buffers, and a modest one composes three times.
     *
     * @return how many of the greedy ones' were done during one of the modest one's, at most; counted where both are
     *     begun and done, on the driver's thread
     */
    private int overtakenWhileDone(int howMany, int scale, GroupSettings greedy, GroupSettings modest) {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        GpuGroup last = group(modest);
        CompletableFuture<Integer> most = new CompletableFuture<>();
        for (int i = 0; i < howMany; i++) {
            GpuGroup one = group(greedy);
            keepBusy(one, scale, stop, done);
            keepBusy(one, scale, stop, done);
        }
        try {
            until(() -> done.get() > 20);
            compose(last).onSignal(() -> composeAndCount(last, done, 3, 0, most));
            int overtaken = most.orTimeout(GpuBoard.DEADLINE.toSeconds(), TimeUnit.SECONDS).join();
            until(() -> done.get() > 60); // nor do they starve
            assertThat(board.gpu().resets()).isZero();
            return overtaken;
        } finally {
            stop.set(true);
        }
    }

    private void composeAndCount(
            GpuGroup group, AtomicInteger done, int left, int most, CompletableFuture<Integer> result) {
        if (left == 0) {
            result.complete(most);
            return;
        }
        int before = done.get();
        compose(group).onSignal(() ->
                composeAndCount(group, done, left - 1, Math.max(most, done.get() - before), result));
    }

    /** Turns for a slot, each of one composition, then as many as may overtake; and what is under way at both times. */
    private static final int BOUND = 2 * (GroupSettings.MAX_PRIORITY + 6 + Schedule.MOST_OVERTAKEN + SLOTS);

    /** The firmware serves the highest priority only, and has work of that all the time: it is the driver that is fair. */
    @Test
    void whoWorksIsOvertakenOnlySoOften() {
        assertThat(overtakenWhileDone(SLOTS - 1, 12, new GroupSettings(false, 15), new GroupSettings(false, 0)))
                .isLessThanOrEqualTo(Schedule.MOST_OVERTAKEN + 2 * SLOTS);
    }

    @Test
    void lowestPriorityDoesNotStarve() {
        assertThat(overtakenWhileDone(5, 1, new GroupSettings(false, 15), new GroupSettings(false, 0)))
                .isLessThan(BOUND);
    }

    @Test
    void lowestPriorityDoesNotStarveInProtectedMode() {
        assertThat(overtakenWhileDone(5, 1, new GroupSettings(true, 15), new GroupSettings(true, 0)))
                .isLessThan(BOUND);
    }

    @Test
    void normalWorkDoesNotStarveForProtectedWork() {
        assertThat(overtakenWhileDone(5, 1, new GroupSettings(true, 15), new GroupSettings(false, 0)))
                .isLessThan(BOUND);
    }

    @Test
    void protectedWorkDoesNotStarveForNormalWork() {
        assertThat(overtakenWhileDone(5, 1, new GroupSettings(false, 15), new GroupSettings(true, 0)))
                .isLessThan(BOUND);
    }

    @Test
    void oneGroupAtATimeIsInProtectedMode() {
        for (int i = 0; i < 5; i++) {
            group(new GroupSettings(true, i));
        }
        AtomicInteger looked = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Clip clip = board.gpu().analyse(job -> {
            looked.incrementAndGet();
            most.accumulateAndGet((int) in(GroupState.PROTECTED), Math::max);
            assertThat(job.protectedMode()).isTrue();
        });
        List<Fence> fences = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            groups.forEach(group -> fences.add(compose(group)));
        }
        fences.forEach(Work::succeed);
        clip.close();
        assertThat(looked).hasValueGreaterThanOrEqualTo(20);
        assertThat(most).hasValue(1);
    }

    @Test
    void groupsAreMadeAndEndedInNormalModeOnly() {
        GpuGroup secret = group(CLOSED);
        GpuGroup open = group(OPEN);
        until(() -> secret.state() == GroupState.IDLE && open.state() == GroupState.IDLE);
        List<Fence> fences = new ArrayList<>();
        Clip stall = board.stallAt(Point.ENTERED_PROTECTED_MODE, () -> fences.add(compose(secret)));
        board.untilProtected();
        CompletableFuture<GpuGroup> made = CompletableFuture.supplyAsync(() -> board.driver().createGroup(OPEN),
                Thread::startVirtualThread);
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        CompletableFuture<Void> ended = CompletableFuture.runAsync(open::close, Thread::startVirtualThread);
        until(() -> open.state() == GroupState.CLOSED);
        assertThat(made).isNotDone();
        assertThat(ended).isNotDone();
        stall.close();
        made.join().close();
        ended.join();
        succeed(fences.getFirst());
        assertThat(board.gpu().resets()).isZero();
    }

    /** The firmware makes room and enters protected mode in one go, and the driver hears of both afterwards. */
    @Test
    void roomThatIsHeardOfInProtectedModeIsTakenInNormalMode() {
        GpuGroup first = group(OPEN);
        GpuGroup second = group(new GroupSettings(false, 1));
        GpuGroup secret = group(CLOSED);
        until(() -> in(GroupState.IDLE) == SLOTS);
        GpuGroup late = group(OPEN);
        List<Fence> fences = new ArrayList<>();
        Clip deaf = board.interrupts().hold();
        Clip beforeIt = board.stallAt(Point.ASKED_FOR_PROTECTED_MODE, () -> fences.add(compose(secret)));
        fences.add(compose(late));
        until(() -> in(GroupState.SUSPENDING) == 1); // somebody is told to make room
        GpuGroup leaver = first.state() == GroupState.SUSPENDING ? first : second;
        deaf.close();
        until(() -> board.driver().readiness().mode() == GpuMode.ENTERING);
        Clip deafAgain = board.interrupts().hold();
        Clip insideIt = board.stallAt(Point.ENTERED_PROTECTED_MODE, beforeIt::close);
        deafAgain.close();
        board.untilProtected();
        assertThat(leaver.state()).isEqualTo(GroupState.SUSPENDING);
        assertThat(late.state()).isEqualTo(GroupState.SUSPENDED);
        insideIt.close();
        fences.forEach(Work::succeed);
        assertThat(leaver.state()).isEqualTo(GroupState.SUSPENDED);
        assertThat(board.look(target(late), false, BYTES)).isEqualTo(COMPOSED);
        assertThat(board.gpu().resets()).isZero();
    }

    @Test
    void aResetKeepsThoseWithoutASlot() {
        for (int i = 0; i < SLOTS + 2; i++) {
            group(OPEN);
        }
        until(() -> in(GroupState.IDLE) == SLOTS && in(GroupState.SUSPENDED) == 2);
        board.gpu().stall();
        int alarms = board.time().pending();
        Fence lost = compose(groups.getFirst());
        until(() -> board.time().pending() == alarms + 1);
        board.time().advance(Duration.ofSeconds(5));
        fail(lost, HeapError.TIMED_OUT);
        for (GpuGroup group : groups.subList(1, groups.size())) {
            succeed(compose(group));
        }
        assertThat(board.gpu().resets()).isEqualTo(1);
    }

    @Test
    void firmwareThatDoesNotMakeRoomIsResetAndNobodyElseIsLost() {
        for (int i = 0; i < SLOTS + 1; i++) {
            group(OPEN);
        }
        until(() -> in(GroupState.IDLE) == SLOTS);
        board.gpu().stall();
        int alarms = board.time().pending();
        Fence done = compose(groups.getLast());
        until(() -> board.time().pending() == alarms + 1); // for the answer of who is to make room
        assertThat(in(GroupState.SUSPENDING)).isEqualTo(1);
        board.time().advance(Duration.ofSeconds(1));
        succeed(done);
        assertThat(board.gpu().resets()).isEqualTo(1);
        groups.forEach(group -> {
            succeed(compose(group));
            assertThat(group.failure()).isEmpty();
        });
    }

    @Test
    void groupsWithoutASlotGoWithTheHeapAndAreClosed() {
        for (int i = 0; i < SLOTS; i++) {
            group(OPEN);
        }
        GpuGroup secret = group(CLOSED);
        GpuGroup open = group(OPEN);
        assertThat(secret.state()).isEqualTo(GroupState.SUSPENDED);
        long buffers = board.heap("client", VIDEO).usage().buffers();
        board.unbind();
        assertThat(secret.state()).isEqualTo(GroupState.LOST);
        assertThat(board.heap("client", VIDEO).usage().buffers()).isEqualTo(buffers - 2);
        refused(HeapError.UNAVAILABLE, () -> compose(secret));
        open.close();
        open.close();
        refused(HeapError.CLOSED, () -> compose(open));
        succeed(compose(groups.getFirst()));
    }
}
