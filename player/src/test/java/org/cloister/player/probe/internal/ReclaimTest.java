// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.core.internal.TestCore;
import org.cloister.driver.bench.TestBackend;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Memory that is taken from a contiguous area, protected, and given back. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ReclaimTest {
    private static final String HEAP = "protected,secure-video";
    private static final int SIZE = 1 << 20;
    private static final Duration FOREVER = Duration.ofMinutes(1);

    private final List<SecureWorld> worlds = new ArrayList<>();
    private final PoweredSoc power = new SocBuilder(new BoardBuilder("lent", "a board of a test")
            .ram(0x8000_0000L, 1L << 28)
            .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
            .device("gpu", 0x460_0000L, 0x1000, 123, 5)
            .defaultContiguousArea(32 << 20, new AddressRange(0x8800_0000L, 64 << 20))
            .firmware("test", node -> { })
            .build())
            .firmware("test", world -> {
                worlds.add(world);
                return () -> { };
            }).boot();
    private final Soc soc = power.soc();
    private final PhysicalMemory cpu = soc.memory(Initiator.CPU);
    private final ContiguousArea area = soc.contiguousAreas().getFirst();
    private final TestCore core = new TestCore();
    private final long chunk = area.allocate(SIZE, SIZE);
    private Heap heap;
    private Prober prober;

    @BeforeEach
    void lend() {
        protect();
        core.add(TestBackend.restricted(HEAP, UseCase.SECURE_VIDEO, chunk, SIZE, cpu,
                Map.of("video-decoder", Access.READ_WRITE)));
        heap = core.heaps("player").find(HEAP).orElseThrow();
        prober = new Prober(soc, heap, Set.of("video-decoder"), core.importers("player"));
    }

    @AfterEach
    void switchOff() {
        prober.close();
        core.close();
        power.close();
    }

    private void protect() {
        Map<Initiator, Access> rights = Map.of(soc.initiator("video-decoder"), Access.READ_WRITE);
        worlds.getFirst().program(FirewallUpdate.set(
                new FirewallRegion("lent", false, chunk, SIZE, Rights.of(rights))), Duration.ZERO);
    }

    private void unprotect() {
        worlds.getFirst().program(FirewallUpdate.remove("lent"), Duration.ZERO);
    }

    private void leaveContent(long address) {
        worlds.getFirst().memory("video-decoder").write(address, MemorySegment.ofArray(new byte[] {0, 0, 0x5a}));
    }

    /** A buffer that was in use. */
    private void use(long bytes) {
        try (DmaBuf buffer = heap.allocate(bytes)) {
            prober.learn(buffer, new Decoder(), Access.READ_WRITE);
        }
        prober.probeFreed();
    }

    @Test
    void whatIsStillLentIsWaitedForAndTold() {
        use(8192);
        use(4096);
        assertThat(prober.awaitReclaim(Duration.ZERO)).isEqualTo(8192 + 4096);
        assertThat(prober.awaitReclaim(Duration.ofMillis(1))).isEqualTo(8192 + 4096);
        unprotect();
        assertThat(prober.awaitReclaim(Duration.ZERO)).as("it did not go back").isEqualTo(8192 + 4096);
        area.release(chunk);
        assertThat(prober.awaitReclaim(FOREVER)).isZero();
        assertThat(prober.tally().breaches()).isEmpty();
    }

    @Test
    void whoWaitsIsToldWhenItGoesBack() throws Exception {
        use(8192);
        var waits = new CountDownLatch(1);
        CompletableFuture<Long> left = CompletableFuture.supplyAsync(() -> {
            waits.countDown();
            return prober.awaitReclaim(FOREVER);
        });
        waits.await();
        unprotect();
        area.release(chunk);
        assertThat(left.get(60, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void whoIsInterruptedWaitsNoMore() {
        use(8192);
        Thread.currentThread().interrupt();
        assertThat(prober.awaitReclaim(FOREVER)).isEqualTo(8192);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void contentThatWasNotScrubbedIsFound() {
        use(8192);
        leaveContent(chunk + 4096);
        unprotect();
        area.release(chunk);
        assertThat(prober.awaitReclaim(FOREVER)).isZero();
        assertThat(prober.tally().breaches()).containsExactly("reclaimed, cpu: content was left at 0x%x".formatted(chunk));
    }

    @Test
    void contentThatWasLeftInABufferNobodyForgotIsFound() {
        DmaBuf buffer = heap.allocate(8192);
        prober.learn(buffer, new Decoder(), Access.READ_WRITE);
        buffer.close();
        leaveContent(chunk);
        unprotect();
        area.release(chunk);
        assertThat(prober.tally().breaches()).hasSize(1);
        prober.forget(buffer.id());
        assertThat(prober.awaitReclaim(FOREVER)).as("it went back before it was forgotten").isZero();
    }

    /** Such as messages to a trusted OS, which take their pages from the same area. */
    @Test
    void whatTheNextUserWritesIsNoContentThatWasLeft() {
        use(8192);
        unprotect();
        area.release(chunk);
        assertThat(area.allocate(SIZE, SIZE)).isEqualTo(chunk);
        cpu.fill(chunk, SIZE, (byte) 0x77);
        assertThat(prober.awaitReclaim(FOREVER)).isZero();
        area.release(chunk);
        assertThat(prober.tally().breaches()).isEmpty();
    }

    @Test
    void memoryThatGoesBackButIsStillClosedIsFine() {
        use(8192);
        leaveContent(chunk);
        area.release(chunk);
        assertThat(prober.awaitReclaim(FOREVER)).isZero();
        assertThat(prober.tally().breaches()).isEmpty();
        assertThat(prober.tally().byAttacker()).containsKey("cpu");
    }

    @Test
    void otherMemoryThatGoesBackIsNobodysBusiness() {
        use(8192);
        long other = area.allocate(4096, 4096);
        cpu.fill(other, 4096, (byte) 1);
        area.release(other);
        assertThat(prober.awaitReclaim(Duration.ZERO)).isEqualTo(8192);
        assertThat(prober.tally().breaches()).isEmpty();
    }

    @Test
    void afterTheEndNobodyLooks() {
        use(8192);
        long tried = prober.tally().tried();
        prober.close();
        prober.close();
        leaveContent(chunk);
        unprotect();
        area.release(chunk);
        assertThat(prober.tally().tried()).isEqualTo(tried);
    }

    /** A device that may use the memory. */
    private static final class Decoder implements Importer {
        @Override
        public String name() {
            return "decoder";
        }

        @Override
        public String initiator() {
            return "video-decoder";
        }

        @Override
        public Constraints constraints() {
            return Constraints.builder().access(Access.READ_WRITE).restriction(Constraints.Restriction.REQUIRED)
                    .useCases(Set.of(UseCase.SECURE_VIDEO)).build();
        }

        @Override
        public void invalidated(Attachment attachment, Invalidation reason) {
            // it holds no mapping
        }
    }
}
