// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.optee.internal.BackendFixture.refused;
import static org.cloister.backend.optee.internal.DisturbedConduit.ffa;
import static org.cloister.backend.optee.internal.DisturbedConduit.respond;
import static org.cloister.backend.optee.internal.DisturbedConduit.service;
import static org.cloister.backend.optee.internal.DisturbedConduit.smc;
import static org.cloister.backend.optee.internal.TestBoard.MIB;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.optee.internal.TestBoard.Kind;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Firmware refuses, fails, dies or talks nonsense at each step of lending and taking back. */
class LendingFailureTest {
    private static final long PAGE = 4096;

    private BackendFixture f;
    private DisturbedConduit conduit;
    private Pool pool;
    private long taken;

    private void on(Kind kind) {
        f = new BackendFixture(kind);
        conduit = f.board.conduit();
        pool = f.open(UseCase.SECURE_VIDEO);
        taken = f.board.taken();
    }

    @AfterEach
    void off() {
        f.close();
    }

    private static void ffaError(SmcRegisters r, FfaStatus status) {
        r.function(FfaFunction.ERROR).setW(2, status.code());
    }

    private static void dead(SmcRegisters r) {
        throw new HeapException(HeapError.FIRMWARE_DEAD, "call firmware", "it", "it hangs", "restart it");
    }

    /** Nothing is lent, nothing is lost, and it works once the firmware does. */
    private void undone() {
        assertThat(f.lentRegions()).isZero();
        assertThat(f.board.taken()).isEqualTo(taken);
        assertThat(f.host.quarantines).isEmpty();
        conduit.heal();
        pool.free(pool.allocate(PAGE, PAGE));
        pool.destroy();
        assertThat(f.board.taken()).isEqualTo(taken);
    }

    /** The chunk is withdrawn, reported, and not handed out again. */
    private void withdrawn() {
        assertThat(f.host.quarantines).singleElement().satisfies(q -> {
            assertThat(q.pool()).isSameAs(pool);
            assertThat(q.size()).isEqualTo(MIB);
        });
        assertThat(pool.usage().quarantined()).isEqualTo(MIB);
        assertThat(f.board.taken()).isEqualTo(taken + MIB);
        conduit.heal();
        PoolBuffer next = pool.allocate(PAGE, PAGE);
        assertThat(next.address(0)).isNotEqualTo(f.host.quarantines.getFirst().address());
        pool.free(next);
    }

    static Stream<Arguments> lendRefusals() {
        return Stream.of(
                Arguments.of(FfaStatus.INVALID_PARAMETERS, HeapError.FIRMWARE_REFUSED),
                Arguments.of(FfaStatus.NO_MEMORY, HeapError.NO_MEMORY),
                Arguments.of(FfaStatus.DENIED, HeapError.FIRMWARE_REFUSED),
                Arguments.of(FfaStatus.BUSY, HeapError.BUSY),
                Arguments.of(FfaStatus.RETRY, HeapError.BUSY),
                Arguments.of(FfaStatus.NOT_SUPPORTED, HeapError.NOT_SUPPORTED));
    }

    @ParameterizedTest
    @MethodSource("lendRefusals")
    void ffaLendRefused(FfaStatus status, HeapError error) {
        on(Kind.FFA);
        conduit.instead(ffa(FfaFunction.MEM_LEND), r -> ffaError(r, status));
        assertThat(refused(error, () -> pool.allocate(PAGE, PAGE)).why()).contains(status.name());
        undone();
    }

    static Stream<Consumer<SmcRegisters>> nonsense() {
        return Stream.of(
                r -> r.function(FfaFunction.ERROR).setW(2, 5),
                r -> r.function(FfaFunction.ERROR).setW(2, -99),
                r -> r.function(FfaFunction.ERROR),
                r -> r.function(FfaFunction.MEM_FRAG_RX),
                r -> r.function(0x1234),
                r -> r.set(0, -1),
                LendingFailureTest::dead);
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void ffaLendOfUnknownOutcome(Consumer<SmcRegisters> answer) {
        on(Kind.FFA);
        conduit.after(ffa(FfaFunction.MEM_LEND), answer);
        refusedAsUnknown();
        assertThat(f.lentRegions()).as("the firmware has it").isOne();
        withdrawn();
        assertThat(pool.retryQuarantined()).isZero();
    }

    private void refusedAsUnknown() {
        HeapException e = org.assertj.core.api.Assertions.catchThrowableOfType(HeapException.class,
                () -> pool.allocate(PAGE, PAGE));
        assertThat(e.error()).isIn(HeapError.PROTOCOL, HeapError.FIRMWARE_DEAD);
        assertThat(f.host.failures).hasSize(e.error() == HeapError.FIRMWARE_DEAD ? 1 : 0);
    }

    static Stream<Arguments> assignRefusals() {
        return Stream.of(
                Arguments.of(TeeCode.BAD_PARAMETERS, HeapError.FIRMWARE_REFUSED),
                Arguments.of(TeeCode.ITEM_NOT_FOUND, HeapError.FIRMWARE_REFUSED),
                Arguments.of(TeeCode.BUSY, HeapError.BUSY),
                Arguments.of(TeeCode.OUT_OF_MEMORY, HeapError.NO_MEMORY),
                Arguments.of(TeeCode.NOT_IMPLEMENTED, HeapError.NOT_SUPPORTED),
                Arguments.of(0x12345678, HeapError.FIRMWARE_REFUSED));
    }

    @ParameterizedTest
    @MethodSource("assignRefusals")
    void ffaAssignRefused(int code, HeapError error) {
        on(Kind.FFA);
        conduit.refuse(OpteeMessage.ASSIGN_PROTMEM, code);
        refused(error, () -> pool.allocate(PAGE, PAGE));
        undone();
    }

    @ParameterizedTest
    @MethodSource("assignRefusals")
    void smcLendRefused(int code, HeapError error) {
        on(Kind.SMC);
        conduit.refuse(OpteeMessage.LEND_PROTMEM, code);
        refused(error, () -> pool.allocate(PAGE, PAGE));
        undone();
    }

    static Stream<Arguments> callRefusals() {
        return Stream.of(
                Arguments.of(OpteeSmc.EBADADDR, HeapError.FIRMWARE_REFUSED),
                Arguments.of(OpteeSmc.EBADCMD, HeapError.FIRMWARE_REFUSED),
                Arguments.of(OpteeSmc.ENOMEM, HeapError.NO_MEMORY),
                Arguments.of(OpteeSmc.EBUSY, HeapError.BUSY),
                Arguments.of(OpteeSmc.ENOTAVAIL, HeapError.NOT_SUPPORTED),
                Arguments.of(OpteeSmc.UNKNOWN_FUNCTION, HeapError.NOT_SUPPORTED));
    }

    @ParameterizedTest
    @MethodSource("callRefusals")
    void smcCallRefused(int code, HeapError error) {
        on(Kind.SMC);
        conduit.instead(conduit.message(OpteeMessage.LEND_PROTMEM), r -> r.setW(0, code));
        refused(error, () -> pool.allocate(PAGE, PAGE));
        undone();
    }

    static Stream<Consumer<SmcRegisters>> smcNonsense() {
        return Stream.of(
                r -> r.setW(0, OpteeSmc.ERESUME),
                r -> r.setW(0, 0x4242),
                LendingFailureTest::dead);
    }

    @ParameterizedTest
    @MethodSource("smcNonsense")
    void smcLendOfUnknownOutcome(Consumer<SmcRegisters> answer) {
        on(Kind.SMC);
        conduit.after(conduit.message(OpteeMessage.LEND_PROTMEM), answer);
        refusedAsUnknown();
        assertThat(f.host.quarantines).singleElement().satisfies(q -> assertThat(q.size()).isEqualTo(MIB));
        conduit.heal();
        PoolBuffer next = pool.allocate(PAGE, PAGE);
        assertThat(next.address(0)).isNotEqualTo(f.host.quarantines.getFirst().address());
    }

    static Stream<Arguments> tampering() {
        return Stream.of(0, 4, 8, 12, 16, 28, 32, 40, 48, 56).map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("tampering")
    void smcLendWhoseAnswerIsNoneIsOfUnknownOutcome(long offset) {
        on(Kind.SMC);
        conduit.tamper(OpteeMessage.LEND_PROTMEM,
                at -> f.board.cpu().writeInt(at + offset, f.board.cpu().readInt(at + offset) ^ 0x80));
        refused(HeapError.PROTOCOL, () -> pool.allocate(PAGE, PAGE));
        withdrawn();
    }

    @Test
    void ffaAssignOfUnknownOutcomeIsUndone() {
        on(Kind.FFA);
        conduit.tamper(OpteeMessage.ASSIGN_PROTMEM, at -> f.board.cpu().writeInt(at + 28, 2));
        refused(HeapError.PROTOCOL, () -> pool.allocate(PAGE, PAGE));
        undone();
    }

    @Test
    void ffaAssignThatReturnsStrangelyIsUndone() {
        on(Kind.FFA);
        conduit.after(conduit.message(OpteeMessage.ASSIGN_PROTMEM), r -> r.setW(4, 9));
        refused(HeapError.PROTOCOL, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.lentRegions()).isZero();
        assertThat(f.host.quarantines).isEmpty();
        conduit.heal();
        pool.allocate(PAGE, PAGE);
    }

    @Test
    void ffaReleaseRefusedLeavesItToTheReclaim() {
        on(Kind.FFA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        conduit.instead(service(OpteeFfa.RELEASE_PROTMEM), r -> respond(r, FfaStatus.BUSY.code(), 0, 0));
        pool.free(buffer);
        undone();
    }

    static Stream<Consumer<SmcRegisters>> reclaimRefusals() {
        return Stream.of(
                r -> ffaError(r, FfaStatus.DENIED),
                r -> ffaError(r, FfaStatus.INVALID_PARAMETERS),
                r -> ffaError(r, FfaStatus.BUSY));
    }

    @ParameterizedTest
    @MethodSource("reclaimRefusals")
    void ffaReclaimRefused(Consumer<SmcRegisters> answer) {
        on(Kind.FFA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        conduit.instead(ffa(FfaFunction.MEM_RECLAIM), answer);
        pool.free(buffer);
        withdrawn();
        assertThat(f.lentRegions()).as("it is still protected").isOne();
        assertThat(pool.retryQuarantined()).isEqualTo(MIB);
        f.host.quarantines.clear();
        undone();
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void ffaReclaimOfUnknownOutcomeIsNotTriedAgain(Consumer<SmcRegisters> answer) {
        on(Kind.FFA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        conduit.after(ffa(FfaFunction.MEM_RECLAIM), answer);
        pool.free(buffer);
        withdrawn();
        conduit.log();
        assertThat(pool.retryQuarantined()).isZero();
        assertThat(conduit.log()).as("the handle may be another chunk's by now").isEmpty();
    }

    @Test
    void smcReclaimFailed() {
        on(Kind.SMC);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        conduit.refuse(OpteeMessage.RECLAIM_PROTMEM, TeeCode.GENERIC);
        pool.free(buffer);
        withdrawn();
        assertThat(pool.retryQuarantined()).isEqualTo(MIB);
        f.host.quarantines.clear();
        undone();
    }

    @Test
    void deathIsReportedAndLeavesTheMemoryOut() {
        on(Kind.FFA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        conduit.instead(r -> true, LendingFailureTest::dead);
        pool.free(buffer);
        assertThat(f.host.failures).hasSize(1);
        assertThat(f.host.quarantines).hasSize(1);
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(PAGE, PAGE));
        assertThat(f.host.failures).hasSize(1);
        pool.destroy();
        f.driver().retire();
        f.driver().release();
        assertThat(f.board.closed()).as("the last to let go closes, whatever the firmware does").isOne();
        assertThat(f.board.taken()).isGreaterThanOrEqualTo(taken + MIB);
    }

    @Test
    void aThreadIsWaitedForNotSleptFor() {
        on(Kind.SMC);
        int[] refusals = {0};
        conduit.instead(r -> refusals[0] < 3 && smc(OpteeSmc.CALL_WITH_REGD_ARG).test(r), r -> {
            refusals[0]++;
            r.setW(0, OpteeSmc.ETHREAD_LIMIT);
        });
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(refusals[0]).isEqualTo(3);
        undone();
    }
}
