// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.mtk.internal.Fixture.MIB;
import static org.cloister.backend.mtk.internal.Fixture.refused;

import java.util.List;
import java.util.Optional;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The trusted OS goes, comes, is restarted, and answers what cannot be. */
class TeeGoneTest {
    private static final long PAGE = 4096;

    private Fixture f = new Fixture();

    @AfterEach
    void switchOff() {
        f.close();
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void buffersOutliveATrustedOsThatGoesAndComes(MemoryType type) {
        Pool pool = f.open(type);
        PoolBuffer kept = pool.allocate(PAGE, PAGE);
        PoolBuffer freed = pool.allocate(PAGE, PAGE);
        f.current = List.of();
        refused(HeapError.UNAVAILABLE, () -> pool.allocate(PAGE, PAGE));
        pool.free(freed);
        assertThat(f.host.quarantined).containsExactly("0x%x+0x1000".formatted(freed.address(0)));
        assertThat(pool.retryQuarantined()).isZero();
        f.current = List.of(f.tee.again());
        PoolBuffer next = pool.allocate(PAGE, PAGE);
        assertThat(next.address(0)).isEqualTo(freed.address(0));
        pool.free(next);
        pool.free(kept);
        assertThat(f.taken()).isZero();
        assertThat(f.host.failed).isEmpty();
        assertThat(f.host.quarantined).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void aTrustedOsThatLeavesInACallIsUnavailableAndNotClosed(MemoryType type) {
        Pool pool = f.open(type);
        f.tee.opening = TeeGoneTest::leave;
        refused(HeapError.UNAVAILABLE, () -> pool.allocate(PAGE, PAGE));
        f.tee.opening = () -> { };
        f.tee.before = command -> leave();
        refused(HeapError.UNAVAILABLE, () -> pool.allocate(PAGE, PAGE));
        f.tee.before = command -> { };
        pool.free(pool.allocate(PAGE, PAGE));
    }

    private static void leave() {
        throw new HeapException(HeapError.CLOSED, "call", "the trusted OS", "the bundle has given it back", "obtain it again");
    }

    @Test
    void memoryThatStayedIsFreedWhenAskedFor() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.current = List.of();
        pool.free(buffer);
        assertThat(pool.usage().quarantined()).isEqualTo(PAGE);
        assertThat(f.taken()).isPositive();
        f.current = List.of(f.tee);
        assertThat(pool.retryQuarantined()).isEqualTo(PAGE);
        assertThat(f.taken()).isZero();
        assertThat(pool.retryQuarantined()).isZero();
        pool.destroy();
    }

    @Test
    void whatIsNotFreedInTimeStaysQuarantined() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.tee.before = command -> {
            if (command == MtkCommand.FREE) {
                throw new HeapException(HeapError.TIMED_OUT, "call", "the TEE", "a test says so", "none");
            }
        };
        pool.free(buffer);
        assertThat(f.host.quarantined).hasSize(1);
        assertThat(f.taken()).isPositive();
        f.tee.before = command -> { };
        assertThat(pool.retryQuarantined()).isEqualTo(PAGE);
        assertThat(f.taken()).isZero();
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void aRestartedApplicationIsFoundOut(MemoryType type) {
        Pool pool = f.open(type);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        long taken = f.taken();
        f.restartApplication(Numbering.CURRENT);
        f.current = List.of(f.tee.again());
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.host.failed).containsExactly(pool);
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.host.failed).hasSize(1);
        refused(HeapError.BUSY, () -> f.open(type));
        pool.free(buffer);
        int changes = f.host.changes.get();
        pool.destroy();
        assertThat(f.host.changes.get()).isEqualTo(changes + 1);
        Pool next = f.open(type);
        PoolBuffer fresh = next.allocate(PAGE, PAGE);
        assertThat(f.taken()).as("what nobody guards for sure is never given back").isGreaterThanOrEqualTo(taken);
        next.free(fresh);
        assertThat(f.taken()).isEqualTo(taken);
    }

    @Test
    void aPanicIsARestart() {
        Pool pool = f.open(MemoryType.CM_TZ);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.restartApplication(Numbering.CURRENT); // the session is dead from now on
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.host.failed).containsExactly(pool);
        pool.free(buffer);
        pool.destroy();
        f.open(MemoryType.CM_TZ).allocate(PAGE, PAGE);
    }

    @Test
    void withoutBuffersARestartGoesUnnoticed() {
        Pool pool = f.open(MemoryType.CM_TZ);
        pool.free(pool.allocate(PAGE, PAGE));
        f.restartApplication(Numbering.CURRENT);
        f.current = List.of(f.tee.again());
        pool.allocate(PAGE, PAGE);
        assertThat(f.host.failed).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void aRestartedLegacyApplicationIsFoundOut(MemoryType type) {
        f.close();
        f = new Fixture(Optional.empty(), Numbering.LEGACY, SecureVideo.NONE);
        Pool pool = f.open(type);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        f.current = List.of(f.tee.again());
        long size = type == MemoryType.CM_TZ ? 256 * MIB : 64 * MIB;
        refused(type == MemoryType.CM_TZ ? HeapError.NO_MEMORY : HeapError.INVALID_ARGUMENT,
                () -> pool.allocate(512 * MIB, PAGE));
        f.restartApplication(Numbering.LEGACY);
        f.current = List.of(f.tee.again());
        if (type == MemoryType.CM_CMA) {
            refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(size, PAGE));
            assertThat(f.host.failed).contains(pool);
        }
        long taken = f.taken();
        pool.free(buffer);
        assertThat(f.taken()).isEqualTo(taken);
    }

    @Test
    void aCallWhoseOutcomeNobodyKnowsKeepsTheBlockFromEverybody() {
        Pool pool = f.open(MemoryType.CM_CMA);
        f.tee.change = (command, answer) -> {
            if (command == MtkCommand.ZEROED_ALLOCATE) {
                throw new HeapException(HeapError.FIRMWARE_DEAD, "call", "the TEE", "a test says so", "none");
            }
            return answer;
        };
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.taken()).isEqualTo(64 * MIB);
        assertThat(pool.usage().quarantined()).isEqualTo(64 * MIB);
        f.tee.change = (command, answer) -> answer;
        pool.allocate(PAGE, PAGE);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0, 0", // no handle
        "2, 0, 0", // no segment
        "2, -1, 0", // more than there can be
        "2, 2, 0", // not as many as it has
        "2, 1, 1", // not aligned
        "2, 1, 4096", // outside
        "2, 1, -1476395008", // behind the carve-out
        "2, 1, -4096"})
    void answersThatCannotBeAreRefusedAndUndone(int parameter, int a, int b) {
        Pool pool = f.open(MemoryType.CM_TZ);
        f.tee.change = (command, answer) -> command == MtkCommand.ZEROED_ALLOCATE && answer.isSuccess()
                ? DisturbedTee.with(answer, parameter, a, b) : answer;
        refused(HeapError.PROTOCOL, () -> pool.allocate(PAGE, PAGE));
        f.tee.change = (command, answer) -> answer;
        assertThat(pool.usage().free()).hasValue(128 * MIB);
        pool.destroy();
    }

    @Test
    void memoryThatIsInUseIsNotTakenTwice() {
        Pool pool = f.open(MemoryType.CM_TZ);
        PoolBuffer one = pool.allocate(PAGE, PAGE);
        f.tee.change = (command, answer) -> command == MtkCommand.ZEROED_ALLOCATE
                ? DisturbedTee.with(answer, 2, 1, (int) one.address(0)) : answer;
        HeapException e = refused(HeapError.PROTOCOL, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.why()).contains("in use already");
    }

    @Test
    void aBlockWhoseBufferLiesElsewhereIsGivenBack() {
        Pool pool = f.open(MemoryType.CM_CMA);
        f.tee.change = (command, answer) -> command == MtkCommand.ZEROED_ALLOCATE
                ? DisturbedTee.with(answer, 2, 1, 0x4000_0000) : answer;
        refused(HeapError.PROTOCOL, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.taken()).isZero();
        assertThat(f.regions()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0xFFFF0006, FIRMWARE_REFUSED", "0xFFFF000D, BUSY", "0xFFFF000A, NOT_SUPPORTED",
            "0xFFFF3041, NO_REGION", "0xFFFF000C, NO_MEMORY", "0xFFFF0002, CANCELLED", "0xFFFF3024, FIRMWARE_DEAD"})
    void codesAreErrors(String code, HeapError error) {
        Pool pool = f.open(MemoryType.CM_TZ);
        f.tee.change = (command, answer) -> new TeeResult(Long.decode(code).intValue(),
                TeeResult.Origin.TRUSTED_APPLICATION, answer.params());
        HeapException e = refused(error, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.why()).contains(TeeCode.name(Long.decode(code).intValue()));
    }

    @Test
    void anInterruptedThreadDoesNotWait() {
        Pool pool = f.open(MemoryType.CM_TZ);
        Thread.currentThread().interrupt();
        refused(HeapError.INTERRUPTED, () -> pool.allocate(PAGE, PAGE));
        assertThat(Thread.interrupted()).isTrue();
        pool.allocate(PAGE, PAGE);
    }
}
