// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.driver.panthor.internal.GpuBoard.NORMAL;
import static org.cloister.driver.panthor.internal.GpuBoard.VIDEO;
import static org.cloister.driver.panthor.internal.GpuBoard.until;
import static org.cloister.driver.panthor.internal.Work.BYTES;
import static org.cloister.driver.panthor.internal.Work.CLOSED;
import static org.cloister.driver.panthor.internal.Work.COMPOSED;
import static org.cloister.driver.panthor.internal.Work.OPEN;
import static org.cloister.driver.panthor.internal.Work.PICTURE;
import static org.cloister.driver.panthor.internal.Work.fail;
import static org.cloister.driver.panthor.internal.Work.succeed;
import static org.cloister.driver.panthor.internal.Work.whole;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GpuMode;
import org.cloister.driver.panthor.GroupState;
import org.cloister.emulator.devices.GpuBench.Point;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Attacks on all memory of protected mode, pictures, the firmware's protected sections and suspend buffers, while
 * protected mode is entered and left, does not answer, fails, is reset, and loses its heap: by the CPU, by a device that
 * has no business with it, and by the GPU in normal mode, on the bus and by page tables that the CPU has forged.
 */
@Timeout(180)
class GpuProbesTest {
    private final GpuBoard board = new GpuBoard();
    private final GpuAttacks attacks = new GpuAttacks(board);
    private final List<Fence> fences = new ArrayList<>();
    private final Set<Long> secrets = new TreeSet<>(); // pages that the GPU has in protected mode
    private DmaBuf source;
    private DmaBuf target;
    private DmaBuf plain;
    private DmaBuf open;
    private GpuGroup secret;

    @BeforeEach
    void boot() {
        board.booted().serveVideo();
        source = board.buffer(VIDEO, PICTURE);
        target = board.buffer(VIDEO, BYTES);
        plain = board.buffer(NORMAL, PICTURE);
        open = board.buffer(NORMAL, BYTES);
        secret = board.driver().createGroup(CLOSED);
        until(() -> secret.state() == GroupState.IDLE);
    }

    @AfterEach
    void off() {
        List.of(source, target, plain, open).forEach(DmaBuf::close);
        board.close();
    }

    /** The protected group's composition comes to a point, and stands still there. */
    private Clip stallAt(Point point) {
        Clip stall = board.stallAt(point, () -> fences.add(secret.compose(whole(source, target))));
        until(() -> attacks.mappedSecrets().size() >= 6); // the driver may still be mapping what protected mode takes
        secrets.addAll(attacks.mappedSecrets());
        assertThat(secrets).as("pages of two pictures, a suspend buffer and the firmware").hasSizeGreaterThanOrEqualTo(6)
                .contains(board.place(target, true), board.place(source, true))
                .allMatch(page -> page < GpuBoard.VIDEO_BASE + GpuAttacks.SWEPT);
        return stall;
    }

    private void untilNormal() {
        until(() -> board.driver().readiness().mode() == GpuMode.NORMAL);
    }

    /** After all is over: nothing got through, the GPU works, and its normal mode reaches nothing. */
    private void afterwards(int resets) {
        untilNormal();
        attacks.onTheBus();
        secrets.forEach(attacks::byForgedTables);
        attacks.assertAllRepelled(3 * 5 * 256L, 2L * secrets.size());
        assertThat(board.gpu().resets()).isEqualTo(resets);
        try (GpuGroup group = board.driver().createGroup(OPEN)) {
            succeed(group.compose(whole(plain, open)));
            assertThat(board.look(open, false, BYTES)).isEqualTo(COMPOSED);
        }
    }

    @Test
    void protectedModeThatIsNotAcknowledged() {
        int alarms = board.time().pending();
        stallAt(Point.ASKED_FOR_PROTECTED_MODE);
        board.untilAskedForProtectedMode(alarms);
        attacks.onTheBus();
        board.time().advance(Duration.ofSeconds(4));
        attacks.onTheBus();
        fail(fences.getFirst(), HeapError.TIMED_OUT);
        afterwards(1);
    }

    @Test
    void protectedModeThatIsAcknowledgedAndDoesNotCome() {
        stallAt(Point.ACKNOWLEDGED_PROTECTED_MODE);
        attacks.onTheBus();
        board.untilGivenUp(fences.getFirst());
        attacks.onTheBus();
        assertThat(fail(fences.getFirst(), HeapError.TIMED_OUT).why())
                .contains("acknowledged protected mode, and is not in it");
        assertThat(secret.state()).isEqualTo(GroupState.LOST);
        afterwards(1);
    }

    @Test
    void protectedModeThatComesLate() {
        Clip stall = stallAt(Point.ACKNOWLEDGED_PROTECTED_MODE);
        attacks.onTheBus();
        stall.close();
        board.untilSignalled(fences.getFirst());
        attacks.onTheBus();
        succeed(fences.getFirst());
        assertThat(board.look(target, true, BYTES)).isEqualTo(COMPOSED);
        afterwards(0);
    }

    /** The GPU writes a page that the firewall does not let it write in protected mode. */
    @Test
    void faultInProtectedMode() {
        Clip stall = stallAt(Point.ASKED_FOR_PROTECTED_MODE);
        attacks.redirect(board.place(target, true), board.place(open, false), true);
        until(() -> board.driver().readiness().mode() == GpuMode.ENTERING);
        Clip deaf = board.interrupts().hold();
        stall.close();
        until(() -> board.gpu().protectedEntries() == 1 && board.soc().faults().latest().stream()
                .anyMatch(fault -> fault.initiator().name().equals("gpu-protected")));
        attacks.onTheBus(); // nobody knows yet
        deaf.close();
        attacks.onTheBus();
        fail(fences.getFirst(), HeapError.FAULT);
        assertThat(secret.state()).isEqualTo(GroupState.LOST);
        assertThat(board.look(open, false, BYTES)).containsOnly(0x5a);
        afterwards(1);
    }

    @Test
    void protectedModeThatIsNotLeft() {
        stallAt(Point.ENTERED_PROTECTED_MODE);
        board.untilProtected();
        attacks.onTheBus();
        CompletableFuture<GpuGroup> made = CompletableFuture.supplyAsync(() -> board.driver().createGroup(OPEN));
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        attacks.onTheBus();
        board.time().advance(Duration.ofMillis(500));
        fail(fences.getFirst(), HeapError.TIMED_OUT);
        made.join().close();
        afterwards(1);
    }

    /** What the GPU was about to do is in its suspend buffer meanwhile. */
    @Test
    void protectedModeThatIsInterrupted() {
        Clip stall = stallAt(Point.ENTERED_PROTECTED_MODE);
        board.untilProtected();
        attacks.onTheBus();
        CompletableFuture<GpuGroup> made = CompletableFuture.supplyAsync(() -> board.driver().createGroup(OPEN));
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        Clip again = board.stallAt(Point.ENTERED_PROTECTED_MODE, stall::close);
        attacks.onTheBus();
        again.close();
        board.untilSignalled(fences.getFirst());
        succeed(fences.getFirst());
        made.join().close();
        assertThat(board.gpu().protectedEntries()).isEqualTo(2);
        afterwards(0);
    }

    @Test
    void heapThatGoes() {
        Clip stall = stallAt(Point.ENTERED_PROTECTED_MODE);
        board.untilProtected();
        CompletableFuture<Void> gone = CompletableFuture.runAsync(board::unbind);
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        attacks.onTheBus();
        stall.close();
        gone.join();
        attacks.onTheBus();
        fail(fences.getFirst(), HeapError.UNAVAILABLE);
        afterwards(0);
    }

    @Test
    void heapThatGoesAndProtectedModeIsNotLeft() {
        stallAt(Point.ENTERED_PROTECTED_MODE);
        board.untilProtected();
        CompletableFuture<Void> gone = CompletableFuture.runAsync(board::unbind);
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        attacks.onTheBus();
        board.time().advance(Duration.ofMillis(500));
        attacks.onTheBus();
        gone.join();
        fail(fences.getFirst(), HeapError.UNAVAILABLE);
        afterwards(1);
    }

    /** As in a swap of backends that does not wait for its buffers. */
    @Test
    void memoryThatIsRevoked() {
        Clip stall = stallAt(Point.ENTERED_PROTECTED_MODE);
        board.untilProtected();
        CompletableFuture<Void> gone = CompletableFuture.runAsync(board::withdrawVideo);
        until(() -> board.driver().readiness().mode() == GpuMode.EXITING);
        attacks.onTheBus();
        stall.close();
        gone.join();
        attacks.onTheBus();
        assertThat(fences.getFirst().await(GpuBoard.DEADLINE.toNanos())).isPositive();
        board.awaitWithdrawn(); // what is taken away is cleared
        afterwards(0);
    }
}
