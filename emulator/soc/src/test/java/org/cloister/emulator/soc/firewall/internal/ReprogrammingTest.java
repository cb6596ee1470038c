// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.Refusals.assertRefused;
import static org.cloister.emulator.soc.firewall.internal.FirewallFixture.*;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.Assertions;
import org.cloister.emulator.soc.Await;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 3: after "protect" returns, nothing that it refuses is in flight. */
@Timeout(60)
class ReprogrammingTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final int CPU_INDEX = ALL.indexOf(CPU);
    private static final int DECODER_INDEX = ALL.indexOf(DECODER);
    private static final FirewallUpdate PROTECT = FirewallUpdate.set(
            FirewallRegion.foreground("video", RAM + MIB, MIB, only(DECODER, Access.READ_WRITE)));

    private final FirewallFixture fixture = new FirewallFixture("lab");
    private final FirewallUnit firewall = fixture.firewall;
    private final Gate gate = fixture.gate;
    private FirewallUnit other;

    @BeforeEach
    void openRam() {
        fixture.set(ram());
    }

    @Test
    void waitsForAWindowThatItCuts() {
        int window = gate.enterWindow(CPU_INDEX, RAM + 2 * MIB - 4096, 4096, Access.READ);
        CompletableFuture<Void> protect = protect(LONG);
        awaitChangeUnderWay();
        assertThat(protect).isNotDone();
        gate.leaveWindow(window);
        protect.join();
        assertThat(firewall.rights(CPU, RAM + MIB)).isEqualTo(Access.NONE);
    }

    @Test
    void waitsForATransferThatItCuts() {
        int transfer = gate.enterTransfer(CPU_INDEX, RAM + MIB - 1, 2, Access.WRITE);
        CompletableFuture<Void> protect = protect(LONG);
        awaitChangeUnderWay();
        assertThat(protect).isNotDone();
        gate.leaveTransfer(transfer);
        protect.join();
    }

    @Test
    void seesAChangeThatComesBetweenTheLookAndTheClaim() {
        List<FirewallUpdate> changes = new ArrayList<>();
        LeaseSlots late = new LeaseSlots() {
            @Override
            int claim(long word, int hint) {
                if (!changes.isEmpty()) {
                    other.program(changes.removeFirst(), Duration.ZERO);
                }
                return super.claim(word, hint);
            }
        };
        Gate raced = new Gate(late, late);
        other = new FirewallUnit(FirewallProfiles.named("lab"), ALL, raced, fixture.clock);
        other.program(FirewallUpdate.set(ram()), Duration.ZERO);

        changes.add(PROTECT);
        assertThat(raced.enterTransfer(CPU_INDEX, RAM + MIB, 8, Access.READ)).isEqualTo(Gate.REFUSED);
        other.program(FirewallUpdate.remove("video"), Duration.ZERO);
        changes.add(PROTECT);
        assertThat(raced.enterWindow(CPU_INDEX, RAM + MIB, 8, Access.READ)).isEqualTo(Gate.REFUSED);
        changes.add(FirewallUpdate.remove("video"));
        assertThat(raced.enterWindow(DECODER_INDEX, RAM + MIB, 8, Access.READ)).isNotEqualTo(Gate.REFUSED);
    }

    @Test
    void waitsForEachOfMany() {
        int[] windows = new int[300];
        for (int i = 0; i < windows.length; i++) {
            windows[i] = gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ);
        }
        CompletableFuture<Void> protect = protect(LONG);
        awaitChangeUnderWay();
        for (int window : windows) {
            assertThat(protect).isNotDone();
            gate.leaveWindow(window);
        }
        protect.join();
    }

    @Test
    void leavesLeasesAloneThatItDoesNotCut() {
        gate.enterWindow(CPU_INDEX, RAM, MIB, Access.READ_WRITE);
        gate.enterWindow(CPU_INDEX, RAM + 2 * MIB, MIB, Access.READ_WRITE);
        gate.enterWindow(DECODER_INDEX, RAM, 8 * MIB, Access.READ_WRITE);
        gate.enterTransfer(CPU_INDEX, RAM + 2 * MIB, 1, Access.READ);
        firewall.program(PROTECT, Duration.ZERO);
        assertThat(firewall.rights(CPU, RAM + MIB)).isEqualTo(Access.NONE);
    }

    @Test
    void takingOnlyTheReadRightLeavesWritersAlone() {
        gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.WRITE);
        FirewallRegion writeOnly = FirewallRegion.foreground("video", RAM + MIB, MIB, only(CPU, Access.WRITE));
        fixture.set(writeOnly);

        fixture.remove("video");
        gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ_WRITE);
        assertRefused(HeapError.TIMED_OUT, () -> fixture.set(writeOnly), "cpu holds a lease (READ_WRITE)");
    }

    @Test
    void whileItWaitsTheNewProgramRefusesAndTheOldOneDoesNotGrant() {
        fixture.set(FirewallRegion.foreground("old", RAM + 4 * MIB, MIB, only(DECODER, Access.READ)));
        int window = gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ);
        CompletableFuture<Void> change = program(PROTECT.and(FirewallUpdate.remove("old")), LONG);
        awaitChangeUnderWay();

        assertThat(gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ)).isEqualTo(Gate.REFUSED);
        assertThat(gate.enterTransfer(CPU_INDEX, RAM + MIB, 1, Access.READ)).isEqualTo(Gate.REFUSED);
        assertThat(gate.enterTransfer(CPU_INDEX, RAM + 4 * MIB, 1, Access.READ)).isEqualTo(Gate.REFUSED);
        int other = gate.enterTransfer(CPU_INDEX, RAM, 1, Access.READ);
        assertThat(other).isNotEqualTo(Gate.REFUSED);
        gate.leaveTransfer(other);

        gate.leaveWindow(window);
        change.join();
        assertThat(firewall.rights(CPU, RAM + 4 * MIB)).isEqualTo(Access.READ_WRITE);
    }

    @Test
    void givesUpAtTheDeadlineAndLeavesAllAsItWas() {
        List<ProgrammedRegion> before = firewall.regions();
        gate.enterWindow(CPU_INDEX, RAM + MIB, 4096, Access.READ);
        CompletableFuture<Void> protect = protect(Duration.ofSeconds(2));
        awaitChangeUnderWay();
        fixture.clock.advance(Duration.ofMillis(1999));
        assertThat(protect).isNotDone();
        fixture.clock.advance(Duration.ofMillis(1));

        Assertions.assertThatExceptionOfType(CompletionException.class).isThrownBy(protect::join)
                .satisfies(failure -> assertRefused(HeapError.TIMED_OUT, () -> {
                    throw failure.getCause();
                }, "cpu holds a lease (READ) on 0x80100000 to 0x80100fff", "PT2S"));
        assertThat(firewall.regions()).isEqualTo(before);
        assertThat(gate.table().settled()).isTrue();
        assertThat(firewall.rights(CPU, RAM + MIB)).isEqualTo(Access.READ_WRITE);
        assertThat(gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ)).isNotEqualTo(Gate.REFUSED);
    }

    @Test
    void aTimeoutOfZeroOnlyTests() {
        int window = gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ);
        assertRefused(HeapError.TIMED_OUT, () -> firewall.program(PROTECT, Duration.ZERO), "cpu");
        gate.leaveWindow(window);
        firewall.program(PROTECT, Duration.ZERO);
    }

    @Test
    void anInterruptEndsTheWait() {
        gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ);
        AtomicReference<HeapException> refusal = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread programmer = Thread.ofPlatform().start(() -> {
            try {
                firewall.program(PROTECT, LONG);
            } catch (HeapException refused) {
                refusal.set(refused);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        awaitChangeUnderWay();
        programmer.interrupt();
        Await.until("the programmer has ended", () -> !programmer.isAlive());
        assertThat(refusal.get().error()).isEqualTo(HeapError.INTERRUPTED);
        assertThat(flag.get()).isTrue();
        assertThat(firewall.rights(CPU, RAM + MIB)).isEqualTo(Access.READ_WRITE);
    }

    @Test
    void oneChangeWaitsForTheOtherWithinItsOwnTime() {
        int window = gate.enterWindow(CPU_INDEX, RAM + MIB, MIB, Access.READ);
        CompletableFuture<Void> protect = protect(LONG);
        awaitChangeUnderWay();
        assertRefused(HeapError.TIMED_OUT, () -> fixture.set(slice(100)), "another change");

        CompletableFuture<Void> second = program(FirewallUpdate.set(slice(100)), LONG);
        gate.leaveWindow(window);
        protect.join();
        second.join();
        assertThat(firewall.regions()).extracting(programmed -> programmed.region().name())
                .containsExactly("ram", "video", "slice-100");
    }

    @Test
    void afterShutNobodyGetsIn() {
        firewall.shut(Duration.ZERO);
        assertThat(gate.enterTransfer(CPU_INDEX, RAM, 1, Access.READ)).isEqualTo(Gate.REFUSED);
        assertThat(gate.isShut()).isTrue();
        Assertions.assertThatIllegalStateException().isThrownBy(() -> fixture.set(slice(0)));
        assertThat(gate.enterTransfer(CPU_INDEX, RAM, 1, Access.READ)).isEqualTo(Gate.REFUSED);
    }

    @Test
    void shutReportsALeaseThatOutlivesItAndStaysShut() {
        int window = gate.enterWindow(CPU_INDEX, RAM, 4096, Access.READ);
        assertRefused(HeapError.TIMED_OUT, () -> firewall.shut(Duration.ZERO), "cpu holds a lease");
        assertThat(gate.enterTransfer(CPU_INDEX, RAM, 1, Access.READ)).isEqualTo(Gate.REFUSED);
        gate.leaveWindow(window);
    }

    private CompletableFuture<Void> protect(Duration timeout) {
        return program(PROTECT, timeout);
    }

    private CompletableFuture<Void> program(FirewallUpdate update, Duration timeout) {
        return CompletableFuture.runAsync(() -> firewall.program(update, timeout),
                task -> Thread.ofPlatform().daemon().start(task));
    }

    private void awaitChangeUnderWay() {
        Await.until("the change is under way", () -> !gate.table().settled());
    }
}
