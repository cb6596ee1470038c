// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.mtk.internal.Fixture.MIB;
import static org.cloister.backend.mtk.internal.Fixture.refused;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.MtkCommand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One block without buffers stays handed over for a while. */
class IdleBlockTest {
    private static final long PAGE = 4096;
    private static final long BLOCK = 64 * MIB;
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final Duration ALMOST = IDLE.minusNanos(1);

    private Fixture f = fixture(Numbering.CURRENT, IDLE);

    @AfterEach
    void switchOff() {
        f.close();
    }

    private static Fixture fixture(Numbering numbering, Duration idle) {
        return new Fixture(Optional.<UUID>empty(), numbering, SecureVideo.NONE, idle);
    }

    private long times(int command) {
        return Collections.frequency(f.tee.commands, command);
    }

    @Test
    void aBufferThatComesAndGoesHasNothingLentAnew() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        int changes = f.soc().firewall().regions().hashCode();
        f.tee.commands.clear();
        for (int i = 0; i < 10; i++) {
            PoolBuffer buffer = pool.allocate(PAGE, PAGE);
            assertThat(f.regions()).isEqualTo(1);
            pool.free(buffer);
            assertThat(f.taken()).isEqualTo(BLOCK);
        }
        assertThat(f.soc().firewall().regions().hashCode()).as("the firewall was not touched").isEqualTo(changes);
        assertThat(times(MtkCommand.ZEROED_ALLOCATE)).as("one call for each, none for the block").isEqualTo(10);
        assertThat(times(MtkCommand.FREE)).isEqualTo(10);
    }

    @Test
    void itGoesBackWhenItsTimeIsOver() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        f.time.pass(ALMOST);
        assertThat(f.taken()).isEqualTo(BLOCK);
        assertThat(pool.usage().regionsUsed()).hasValue(1);
        f.time.pass(IDLE);
        assertThat(f.taken()).isZero();
        assertThat(f.regions()).isZero();
        assertThat(pool.usage().regionsUsed()).hasValue(0);
        assertThat(pool.usage().free()).isEqualTo(pool.usage().capacity());
        pool.destroy();
    }

    @Test
    void itsTimeBeginsAnewWithEachLastBuffer() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        f.time.pass(ALMOST);
        pool.free(pool.allocate(PAGE, PAGE));
        f.time.pass(ALMOST);
        assertThat(f.taken()).isEqualTo(BLOCK);
        f.time.pass(Duration.ofNanos(1));
        assertThat(f.taken()).isZero();
    }

    @Test
    void aBlockInUseStaysWhenTheTimeIsOver() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        PoolBuffer kept = pool.allocate(PAGE, PAGE);
        f.time.pass(IDLE.multipliedBy(3));
        assertThat(f.taken()).isEqualTo(BLOCK);
        assertThat(pool.usage().free()).hasValue(pool.usage().capacity().getAsLong() - PAGE);
        pool.free(kept);
        assertThat(f.taken()).as("its time begins now").isEqualTo(BLOCK);
        f.time.pass(IDLE);
        assertThat(f.taken()).isZero();
    }

    @Test
    void onlyOneBlockStays() {
        Pool pool = f.open(MemoryType.CM_CMA);
        List<PoolBuffer> buffers = List.of(pool.allocate(BLOCK, PAGE), pool.allocate(PAGE, PAGE));
        assertThat(f.regions()).isEqualTo(2);
        buffers.forEach(pool::free);
        assertThat(f.regions()).isEqualTo(1);
    }

    @Test
    void aFullBlockCannotBeKept() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(BLOCK, PAGE));
        assertThat(f.taken()).isZero();
    }

    @Test
    void itIsNotInTheWay() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        PoolBuffer all = pool.allocate(f.area().size(), PAGE);
        assertThat(all.segments()).isEqualTo(1);
        pool.free(all);
        assertThat(f.taken()).isZero();
    }

    @Test
    void itGoesBackWithThePool() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        pool.destroy();
        assertThat(f.taken()).isZero();
        f.time.pass(IDLE);
        assertThat(f.regions()).isZero();
    }

    @Test
    void whileTheTrustedOsIsAwayItIsQuarantinedAndGoesBackLater() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        f.current = List.of();
        f.time.pass(IDLE);
        assertThat(f.taken()).isEqualTo(BLOCK);
        assertThat(pool.usage().quarantined()).isEqualTo(PAGE);
        f.current = List.of(f.tee.again());
        assertThat(pool.retryQuarantined()).isEqualTo(PAGE);
        assertThat(f.taken()).isZero();
    }

    @Test
    void whatStaysWhenThePoolIsDestroyedIsReported() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(2 * PAGE, PAGE);
        pool.free(buffer);
        assertThat(f.host.quarantined).isEmpty();
        f.current = List.of();
        pool.destroy();
        assertThat(f.taken()).isEqualTo(BLOCK);
        assertThat(f.host.quarantined).containsExactly("0x%x+0x1000".formatted(f.area().base() + 2 * PAGE));
    }

    @Test
    void whatTheApplicationDoesNotGiveBackWhenItsTimeIsOverIsReported() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        f.tee.change = (command, answer) -> command == MtkCommand.FREE
                ? DisturbedTee.with(answer, 1, MtkCommand.NOT_FREED, 0) : answer;
        f.time.pass(IDLE);
        assertThat(f.host.quarantined).hasSize(1);
    }

    @Test
    void aPageWhoseFateNobodyKnowsKeepsTheBlockFromEverybody() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.tee.before = command -> {
            if (command == MtkCommand.ZEROED_ALLOCATE) {
                throw new HeapException(HeapError.TIMED_OUT, "call", "the TEE", "a test says so", "none");
            }
        };
        pool.free(buffer);
        f.tee.before = command -> { };
        assertThat(f.taken()).isEqualTo(BLOCK);
        assertThat(pool.usage().quarantined()).isEqualTo(BLOCK);
        pool.free(pool.allocate(PAGE, PAGE));
        f.time.pass(IDLE);
        assertThat(f.taken()).as("it never goes back").isEqualTo(BLOCK);
    }

    @Test
    void aRestartedApplicationIsFoundOutByItToo() {
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        f.restartApplication(Numbering.CURRENT);
        f.current = List.of(f.tee.again());
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        f.time.pass(IDLE);
        assertThat(f.taken()).as("nobody knows who guards it").isEqualTo(BLOCK);
    }

    @Test
    void withoutIdleTimeItGoesBackAtOnce() {
        f.close();
        f = fixture(Numbering.CURRENT, Duration.ZERO);
        Pool pool = f.open(MemoryType.CM_CMA);
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(f.taken()).isZero();
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void theLegacyNumberingKeepsAChunkOfContiguousMemoryOnly(MemoryType type) {
        f.close();
        f = fixture(Numbering.LEGACY, IDLE);
        Pool pool = f.open(type);
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(f.taken()).isEqualTo(type == MemoryType.CM_CMA ? 16 * MIB : 0);
        assertThat(times(MtkCommand.LEGACY_UNREFERENCE) + times(MtkCommand.LEGACY_CHUNK_UNREFERENCE))
                .isEqualTo(type == MemoryType.CM_CMA ? 0 : 1);
        f.time.pass(IDLE.plus(IDLE));
        assertThat(f.taken()).isZero();
    }
}
