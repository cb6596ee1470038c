// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.cloister.emulator.soc.Refusals.assertFault;
import static org.cloister.emulator.soc.Refusals.assertRefused;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.RegionBudget;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.emulator.soc.StepClock;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.UseCase;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PowerSupplyTest {
    private static final long RAM = 0x8000_0000L;
    private static final long VIDEO = RAM + 0x100_0000L;
    private static final long MIB = 1 << 20;

    private final List<String> events = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(strings = {"k3", "tzc-400", "lab", "vpr"})
    void bootFirmwareSetsTheFirewallBeforeAnybodyElseRuns(String profile) {
        BoardBuilder board = board(profile).carveOut("video", VIDEO, MIB, UseCase.SECURE_VIDEO,
                "video-decoder:rw", "display:r").firmware("monitor", node -> { });
        Firmware monitor = world -> {
            Initiator cpu = world.soc().initiator("cpu");
            assertThat(world.soc().firewall().rights(cpu, VIDEO)).isEqualTo(Access.NONE);
            assertThat(world.soc().firewall().rights(cpu, RAM)).isEqualTo(Access.READ_WRITE);
            events.add("monitor");
            return () -> { };
        };
        try (PoweredSoc power = new SocBuilder(board.build()).firmware("monitor", monitor).boot()) {
            assertThat(events).containsExactly("monitor");
            PhysicalMemory cpu = power.soc().memory("cpu");
            cpu.writeInt(RAM, 5);
            assertFault(VIDEO, () -> cpu.readInt(VIDEO), "video@81000000");
            assertThat(power.soc().memory("display").readInt(VIDEO)).isZero();
        }
    }

    @Test
    void grantsThatTheFirewallCannotHoldKeepTheBoardOff() {
        BoardBuilder four = board("k3").carveOut("video", VIDEO, MIB, UseCase.SECURE_VIDEO,
                "cpu:w", "video-decoder:rw", "display:r", "gpu:rw");
        assertRefused(HeapError.NOT_SUPPORTED, () -> new SocBuilder(four.build()).boot(),
                "video@81000000", "4 privilege ids", "words for 3");
    }

    @Test
    void carveOutsBeyondTheRegionsKeepTheBoardOff() {
        BoardBuilder nine = board("tzc-400");
        for (int i = 0; i < 9; i++) {
            nine.carveOut("video", VIDEO + 2 * i * MIB, MIB, UseCase.SECURE_VIDEO, "display:r");
        }
        assertRefused(HeapError.NO_REGION, () -> new SocBuilder(nine.build()).boot(),
                "video@82000000", "all 8 foreground regions");
    }

    @Test
    void oneBackgroundRegionCannotGrantMemoryInTwoWays() {
        BoardBuilder two = board("tzc-400").ram(RAM + 256 * MIB, MIB, "cpu:rw");
        assertRefused(HeapError.NOT_SUPPORTED, () -> new SocBuilder(two.build()).boot(),
                "memory@80000000", "memory@90000000", "one background region");
        new SocBuilder(board("k3").ram(RAM + 256 * MIB, MIB, "cpu:rw").build()).boot().close();
    }

    @Test
    void overlappingCarveOutsKeepTheBoardOff() {
        BoardBuilder overlapping = board("k3")
                .carveOut("video", VIDEO, 2 * MIB, UseCase.SECURE_VIDEO, "display:r")
                .carveOut("ui", VIDEO + MIB, MIB, UseCase.TRUSTED_UI, "display:r");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> new SocBuilder(overlapping.build()).boot(),
                "ui@81100000", "disjoint");
    }

    @Test
    void memoryMayBeGrantedToSomeMasters() {
        BoardBuilder granted = new BoardBuilder("some", "").firewall("k3").cpu(1)
                .device("dma", 0x1000, 0x1000, 1, 2).device("other", 0x2000, 0x1000, 1, 3)
                .ram(RAM, MIB, "cpu:rw", "dma:r");
        try (PoweredSoc power = new SocBuilder(granted.build()).boot()) {
            power.soc().memory("cpu").writeInt(RAM, 3);
            assertThat(power.soc().memory("dma").readInt(RAM)).isEqualTo(3);
            assertFault(RAM, () -> power.soc().memory("dma").writeInt(RAM, 3), "dma READ");
            assertFault(RAM, () -> power.soc().memory("other").readInt(RAM), "other NONE");
        }
    }

    @Test
    void firmwareThatIsNotThereKeepsTheBoardOffAndStopsWhatRan() {
        assertRefused(HeapError.UNAVAILABLE,
                () -> new SocBuilder(twoFirmwares()).firmware("one", recording("one")).boot(), "firmware two");
        assertThat(events).containsExactly("one up", "one down");
    }

    @Test
    void firmwareThatCannotRunKeepsTheBoardOff() {
        AtomicReference<PhysicalMemory> memory = new AtomicReference<>();
        Firmware broken = world -> {
            memory.set(world.memory("cpu-secure"));
            throw new IllegalStateException("no such board");
        };
        SocBuilder soc = new SocBuilder(twoFirmwares()).firmware("one", recording("one")).firmware("two", broken);
        assertThatIllegalStateException().isThrownBy(soc::boot).withMessage("no such board");
        assertThat(events).containsExactly("one up", "one down");
        assertThatIllegalStateException().isThrownBy(() -> memory.get().readInt(RAM));
    }

    @Test
    void switchesOffInReverseOrderAndOnce() {
        PoweredSoc power = new SocBuilder(twoFirmwares())
                .firmware("one", recording("one")).firmware("two", recording("two")).boot();
        power.close();
        power.close();
        assertThat(events).containsExactly("one up", "two up", "two down", "one down");
    }

    @Test
    void firmwareThatFailsToStopDoesNotKeepTheBoardOn() {
        Firmware stubborn = world -> () -> {
            throw new IllegalStateException("not now");
        };
        PoweredSoc power = new SocBuilder(twoFirmwares())
                .firmware("one", recording("one")).firmware("two", stubborn).boot();
        PhysicalMemory cpu = power.soc().memory("cpu");
        power.close();
        assertThat(events).containsExactly("one up", "one down");
        assertThatIllegalStateException().isThrownBy(() -> cpu.readInt(RAM));
    }

    @Test
    void theAuthorityEndsWithItsFirmware() {
        AtomicReference<SecureWorld> kept = new AtomicReference<>();
        PoweredSoc power = new SocBuilder(board("lab").firmware("one", node -> { }).build())
                .firmware("one", world -> {
                    kept.set(world);
                    return () -> { };
                }).boot();
        power.close();
        FirewallUpdate update = FirewallUpdate.set(FirewallRegion.foreground("x", RAM, MIB, Rights.NONE));
        assertThatIllegalStateException().isThrownBy(() -> kept.get().program(update, Duration.ZERO));
        assertThatIllegalStateException().isThrownBy(() -> kept.get().memory("cpu-secure"));
    }

    @Test
    void theNormalWorldGetsNoViewOfASecureInitiator() {
        try (PoweredSoc power = new SocBuilder(board("lab").build()).boot()) {
            Soc soc = power.soc();
            assertRefused(HeapError.NOT_PERMITTED, () -> soc.memory(Initiator.SECURE_CPU), "cpu-secure");
            assertRefused(HeapError.INVALID_ARGUMENT, () -> soc.memory("toaster"), "toaster", "cpu, cpu-secure");
            assertRefused(HeapError.INVALID_ARGUMENT, () -> soc.initiator("toaster"), "toaster");
        }
    }

    @Test
    void tellsWhatItIs() {
        StepClock clock = new StepClock();
        BoardBuilder builder = board("tzc-400").carveOut("video", VIDEO, MIB, UseCase.SECURE_VIDEO, "display:r");
        try (PoweredSoc power = new SocBuilder(builder.build()).clock(clock).boot()) {
            Soc soc = power.soc();
            assertThat(soc.board()).isEqualTo("test");
            assertThat(soc.deviceTree().find("/reserved-memory/video")).isPresent();
            assertThat(soc.initiators()).extracting(Initiator::name)
                    .containsExactly("cpu", "cpu-secure", "video-decoder", "display", "gpu");
            assertThat(soc.clock()).isSameAs(clock);
            assertThat(soc.firewall().profile()).isEqualTo("tzc-400");
            assertThat(soc.firewall().budget()).isEqualTo(new RegionBudget(1, 7));
        }
    }

    @Test
    void randomnessDependsOnSeedAndStreamOnly() {
        try (PoweredSoc one = new SocBuilder(board("lab").build()).seed(5).boot();
                PoweredSoc two = new SocBuilder(board("lab").build()).seed(5).boot();
                PoweredSoc three = new SocBuilder(board("lab").build()).seed(6).boot()) {
            one.soc().random("noise").nextLong();
            long first = one.soc().random("decoder").nextLong();
            assertThat(two.soc().random("decoder").nextLong()).isEqualTo(first);
            assertThat(two.soc().random("display").nextLong()).isNotEqualTo(first);
            assertThat(three.soc().random("decoder").nextLong()).isNotEqualTo(first);
        }
    }

    @Test
    void aBoardOfManyGigabytesCostsWhatIsTouched() {
        BoardBuilder big = new BoardBuilder("big", "").ram(RAM, 64L << 30);
        try (PoweredSoc power = new SocBuilder(big.build()).boot()) {
            PhysicalMemory cpu = power.soc().memory("cpu");
            long last = RAM + (64L << 30) - 8;
            cpu.writeLong(last, 99);
            assertThat(cpu.readLong(last)).isEqualTo(99);
        }
    }

    private Board twoFirmwares() {
        return board("lab").firmware("one", node -> { }).firmware("two", node -> { }).build();
    }

    private Firmware recording(String name) {
        return world -> {
            events.add(name + " up");
            return () -> events.add(name + " down");
        };
    }

    private static BoardBuilder board(String profile) {
        return new BoardBuilder("test", "a board for tests").firewall(profile).cpu(1).ram(RAM, 64 * MIB)
                .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
                .device("display", 0x440_0000L, 0x1000, 121, 3)
                .device("gpu", 0x450_0000L, 0x1000, 122, 4);
    }
}
