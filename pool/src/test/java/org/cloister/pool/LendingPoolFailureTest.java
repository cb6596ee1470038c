// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.cloister.pool.LendingFixture.BASE;
import static org.cloister.pool.LendingFixture.MIB;
import static org.cloister.pool.LendingFixture.PAGE;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.TwoWorlds.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every step fails, in every way, and is undone; or what cannot be undone is withdrawn. */
class LendingPoolFailureTest {
    private static final List<HeapError> REFUSALS = List.of(HeapError.FIRMWARE_REFUSED, HeapError.NO_REGION,
            HeapError.NO_MEMORY, HeapError.BUSY, HeapError.NOT_SUPPORTED, HeapError.INVALID_ARGUMENT,
            HeapError.NOT_PERMITTED, HeapError.CLOSED, HeapError.UNAVAILABLE, HeapError.INTERRUPTED);

    private final LendingFixture f = LendingFixture.keepingNothing();

    private Throwable allocationFails() {
        var usage = f.pool.usage();
        Throwable thrown = catchThrowable(() -> f.pool.allocate(PAGE, PAGE));
        assertThat(thrown).isNotNull();
        assertThat(f.pool.usage().regionsUsed()).isEqualTo(usage.regionsUsed());
        return thrown;
    }

    private void everythingIsBack() {
        assertThat(f.worlds.loans()).isZero();
        assertThat(f.worlds.takenBytes()).isZero();
        assertThat(f.host.quarantines).isEmpty();
        assertThat(f.pool.usage().quarantined()).isZero();
        f.worlds.heal();
        PoolBuffer buffer = f.allocate(PAGE);
        f.pool.free(buffer);
        f.pool.destroy();
    }

    static Stream<Arguments> stepsAndRefusals() {
        return Stream.of(Step.TAKE, Step.LEND, Step.ASSIGN)
                .flatMap(step -> REFUSALS.stream().map(error -> Arguments.of(step, error)));
    }

    @ParameterizedTest
    @MethodSource("stepsAndRefusals")
    void aRefusedStepIsUndone(Step step, HeapError error) {
        var refusal = TwoWorlds.refusal(error);
        f.worlds.fail(step, refusal);
        assertThat(allocationFails()).isSameAs(refusal);
        List<String> log = f.worlds.log();
        switch (step) {
            case TAKE -> assertThat(log).allMatch(s -> s.startsWith("take"));
            case LEND -> assertThat(log).containsExactly("take 0x100000/0x1000", "lend 0x100000", "give back");
            default -> assertThat(log).containsExactly("take 0x100000/0x1000", "lend 0x100000", "assign", "reclaim",
                    "give back");
        }
        everythingIsBack();
    }

    @Test
    void aTakeThatThrowsAnythingTakesNothing() {
        f.worlds.fail(Step.TAKE, new IllegalStateException("the area is broken"));
        assertThat(allocationFails()).isInstanceOf(IllegalStateException.class);
        everythingIsBack();
    }

    static Stream<RuntimeException> doubts() {
        return Stream.of(TwoWorlds.refusal(HeapError.FIRMWARE_DEAD), TwoWorlds.refusal(HeapError.PROTOCOL),
                TwoWorlds.refusal(HeapError.TIMED_OUT), new IllegalStateException("a defect of the lender"));
    }

    @ParameterizedTest
    @MethodSource("doubts")
    void aLendOfUnknownOutcomeIsQuarantinedForGood(RuntimeException doubt) {
        f.worlds.loseAnswer(Step.LEND, doubt);
        assertThat(allocationFails()).isSameAs(doubt);
        assertThat(f.host.quarantines).singleElement().satisfies(q -> {
            assertThat(q.address()).isEqualTo(BASE);
            assertThat(q.size()).isEqualTo(MIB);
            assertThat(q.why()).contains("nobody knows");
        });
        f.worlds.heal();
        assertThat(f.pool.usage().quarantined()).isEqualTo(MIB);
        assertThat(f.pool.retryQuarantined()).as("there is no handle to retry with").isZero();
        neverReused(BASE);
    }

    @ParameterizedTest
    @MethodSource("doubts")
    void anAssignOfUnknownOutcomeIsUndoneByReleaseAndReclaim(RuntimeException doubt) {
        f.worlds.loseAnswer(Step.ASSIGN, doubt);
        assertThat(allocationFails()).isSameAs(doubt);
        assertThat(f.worlds.log()).endsWith("assign", "release", "reclaim", "give back");
        f.host.failures.clear();
        everythingIsBack();
    }

    @ParameterizedTest
    @MethodSource("doubts")
    void anAssignThatDidNothingIsUndoneToo(RuntimeException doubt) {
        f.worlds.fail(Step.ASSIGN, doubt);
        assertThat(allocationFails()).isSameAs(doubt);
        assertThat(f.worlds.log()).as("the release is refused, the reclaim is not")
                .endsWith("assign", "release", "reclaim", "give back");
        everythingIsBack();
    }

    @Test
    void aReleaseThatFailsDoesNotMatterIfTheReclaimSucceeds() {
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.loseAnswer(Step.RELEASE, TwoWorlds.refusal(HeapError.PROTOCOL));
        f.pool.free(buffer);
        everythingIsBack();
    }

    @ParameterizedTest
    @EnumSource(value = Step.class, names = {"RELEASE", "RECLAIM", "GIVE_BACK"})
    void aStepBackThatFailsQuarantinesUntilARetrySucceeds(Step step) {
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.fail(step, TwoWorlds.refusal(HeapError.BUSY));
        f.pool.free(buffer);
        assertThat(f.host.quarantines).singleElement().satisfies(q -> {
            assertThat(q.address()).isEqualTo(BASE);
            assertThat(q.size()).isEqualTo(MIB);
            assertThat(q.why()).contains("could not be taken back");
        });
        assertThat(f.pool.usage().quarantined()).isEqualTo(MIB);
        assertThat(f.pool.retryQuarantined()).as("it still fails").isZero();
        assertThat(f.host.quarantines).as("reported once").hasSize(1);
        PoolBuffer other = f.pool.allocate(PAGE, PAGE);
        assertThat(other.address(0)).isGreaterThanOrEqualTo(BASE + MIB);
        f.worlds.heal();
        f.pool.free(other);
        f.worlds.log();
        assertThat(f.pool.retryQuarantined()).isEqualTo(MIB);
        assertThat(f.worlds.log()).as("goes on from the step that failed").isEqualTo(switch (step) {
            case RELEASE -> List.of("release", "reclaim", "give back");
            case RECLAIM -> List.of("reclaim", "give back");
            default -> List.of("give back");
        });
        assertThat(f.pool.retryQuarantined()).isZero();
        f.host.quarantines.clear();
        everythingIsBack();
    }

    @Test
    void whatAFailedGrowthCannotUndoIsQuarantinedToo() {
        f.worlds.fail(Step.ASSIGN, TwoWorlds.refusal(HeapError.FIRMWARE_REFUSED));
        f.worlds.fail(Step.RECLAIM, TwoWorlds.refusal(HeapError.FIRMWARE_REFUSED));
        assertThat(allocationFails()).hasMessageContaining("told to");
        assertThat(f.host.quarantines).hasSize(1);
        f.worlds.heal();
        assertThat(f.pool.retryQuarantined()).isEqualTo(MIB);
    }

    @Test
    void theWhyNamesBothStepsThatFailed() {
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.fail(Step.RELEASE, new IllegalStateException("unreleased"));
        var cause = new IllegalStateException("unreclaimed");
        f.worlds.fail(Step.RECLAIM, cause);
        f.pool.free(buffer);
        assertThat(f.host.quarantines.getFirst().why()).contains("unreclaimed");
        assertThat(cause.getSuppressed()).hasSize(1);
    }

    @Test
    void deadFirmwareIsReportedOnce() {
        PoolBuffer first = f.allocate(MIB);
        PoolBuffer second = f.allocate(MIB);
        f.worlds.fail(Step.RECLAIM, TwoWorlds.refusal(HeapError.FIRMWARE_DEAD));
        f.worlds.fail(Step.LEND, TwoWorlds.refusal(HeapError.FIRMWARE_DEAD));
        f.pool.free(first);
        assertThatThrownBy(() -> f.pool.allocate(MIB, PAGE)).isInstanceOf(HeapException.class);
        f.pool.free(second);
        assertThat(f.host.failures).containsExactly("it was told to");
        assertThat(f.host.quarantines).hasSize(3);
        f.pool.destroy();
        assertThat(f.worlds.takenBytes()).as("nothing goes back to the normal world").isEqualTo(3 * MIB);
    }

    @Test
    void otherFailuresAreNoDeath() {
        f.worlds.fail(Step.LEND, TwoWorlds.refusal(HeapError.FIRMWARE_REFUSED));
        allocationFails();
        assertThat(f.host.failures).isEmpty();
    }

    @Test
    void anErrorLeavesNoChunkInLimbo() {
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.hook(step -> {
            if (step == Step.RECLAIM) {
                throw new AssertionError("as good as any error");
            }
        });
        assertThatThrownBy(() -> f.pool.free(buffer)).isInstanceOf(AssertionError.class);
        assertThat(f.host.quarantines).singleElement().satisfies(q -> assertThat(q.why()).contains("cut short"));
        f.worlds.hook(step -> {});
        neverAskedAgain();
    }

    @ParameterizedTest
    @EnumSource(names = {"RECLAIM", "GIVE_BACK"})
    void aLostAnswerIsNotAskedForAgain(Step step) {
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.loseAnswer(step, new IllegalStateException("lost"));
        f.pool.free(buffer);
        f.worlds.heal();
        assertThat(f.host.quarantines).singleElement().satisfies(q -> assertThat(q.why()).contains("lost"));
        neverAskedAgain();
    }

    /** By now the secure world may have given the handle, and the normal world the address, to another chunk. */
    private void neverAskedAgain() {
        f.worlds.log();
        assertThat(f.pool.retryQuarantined()).isZero();
        f.pool.destroy();
        assertThat(f.worlds.log()).isEmpty();
    }

    @Test
    void destroyTriesOnceMoreAndThenLeavesItWithdrawn() {
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.fail(Step.RECLAIM, TwoWorlds.refusal(HeapError.BUSY));
        f.pool.free(buffer);
        f.worlds.log();
        f.pool.destroy();
        assertThat(f.worlds.log()).containsExactly("reclaim");
        assertThat(f.worlds.takenBytes()).isEqualTo(MIB);
        assertThat(f.worlds.timesReleased()).isOne();
    }

    @Test
    void destroySucceedsWhereTheRetryDoes() {
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.fail(Step.RECLAIM, TwoWorlds.refusal(HeapError.BUSY));
        f.pool.free(buffer);
        f.worlds.heal();
        f.pool.destroy();
        assertThat(f.worlds.takenBytes()).isZero();
    }

    @Test
    void quarantinedRegionsStayCounted() {
        f.worlds.regions(2);
        PoolBuffer buffer = f.allocate(PAGE);
        f.worlds.fail(Step.RECLAIM, TwoWorlds.refusal(HeapError.BUSY));
        f.pool.free(buffer);
        assertThat(f.pool.usage().regionsUsed()).hasValue(1);
        assertThat(f.pool.usage().regionsLeft()).hasValue(1);
        assertThat(f.pool.usage().capacity()).as("without what is withdrawn").hasValue(15 * MIB);
    }

    private void neverReused(long address) {
        List<PoolBuffer> all = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            all.add(f.allocate(MIB));
        }
        assertThat(all).noneMatch(b -> b.address(0) == address);
        f.refused(HeapError.NO_MEMORY, () -> f.pool.allocate(PAGE, PAGE));
        all.forEach(f.pool::free);
        f.pool.destroy();
        assertThat(f.worlds.taken()).singleElement().isEqualTo(new long[] {address, MIB});
    }
}
