// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.heap.Refusals.refused;

import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.HeapError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TeeOperationTest {
    private final AtomicInteger cancels = new AtomicInteger();
    private final TeeOperation operation = new TeeOperation();

    @Test
    void parametersNotGivenAreNone() {
        var value = new Param.Value(1, 2, Direction.INPUT);
        assertThat(new TeeOperation(value).params()).isEqualTo(List.of(value, Param.NONE, Param.NONE, Param.NONE));
        assertThat(operation.params()).hasSize(Tee.MAX_PARAMS).containsOnly(Param.NONE);
    }

    @Test
    void moreThanFourParametersAreRefused() {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> new TeeOperation(
                Param.NONE, Param.NONE, Param.NONE, Param.NONE, Param.NONE))).hasMessageContaining("5 parameters");
        assertThatNullPointerException().isThrownBy(() -> new TeeOperation((Param) null));
    }

    @Test
    void aCallUnderWayIsCancelledOnce() {
        operation.begin(cancels::incrementAndGet);
        assertThat(operation.isCancelled()).isFalse();
        operation.cancel();
        operation.cancel();
        assertThat(operation.isCancelled()).isTrue();
        assertThat(cancels).hasValue(1);
    }

    @Test
    void aCallThatWasCancelledBeforeItBeganIsCancelledAtOnce() {
        operation.cancel();
        operation.begin(cancels::incrementAndGet);
        assertThat(cancels).hasValue(1);
    }

    @Test
    void afterTheCallCancellingDoesNothing() {
        operation.begin(cancels::incrementAndGet);
        operation.end();
        operation.cancel();
        assertThat(cancels).hasValue(0);
    }

    @Test
    void anOperationIsForOneCall() {
        operation.begin(cancels::incrementAndGet);
        operation.end();
        refused(HeapError.INVALID_ARGUMENT, () -> operation.begin(cancels::incrementAndGet));
        assertThatNullPointerException().isThrownBy(() -> new TeeOperation().begin(null));
    }

    @Test
    void beginAndCancelNeverMissEachOther() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            var contended = new TeeOperation();
            var ran = new AtomicInteger();
            var barrier = new CyclicBarrier(2);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                threads.submit(() -> {
                    barrier.await();
                    contended.begin(ran::incrementAndGet);
                    return null;
                });
                threads.submit(() -> {
                    barrier.await();
                    contended.cancel();
                    return null;
                });
            }
            assertThat(ran).hasValue(1);
        }
    }
}
