// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.heap.Fence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FramePacerTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void framesOfThePastAreDueAtOnceAndCounted() {
        FramePacer pacer = new FramePacer(Duration.ofHours(1), now::get, timer);
        assertThat(pacer.due(0).isSignalled()).isTrue();
        assertThat(pacer.late()).isZero();
        now.addAndGet(Duration.ofHours(2).toNanos() + 1);
        assertThat(pacer.due(2).isSignalled()).isTrue();
        assertThat(pacer.late()).isOne();
        assertThat(pacer.due(3).isSignalled()).isFalse();
        assertThat(pacer.late()).isOne();
    }

    @Test
    void signalsWhenTheTimeHasCome() {
        Fence due = new FramePacer(Duration.ofMillis(2), now::get, timer).due(3);
        assertThat(due.await(TimeUnit.SECONDS.toNanos(20))).isPositive();
    }

    @Test
    void refusesFramesThatDoNotFollowEachOther() {
        assertThatIllegalArgumentException().isThrownBy(() -> new FramePacer(Duration.ZERO, now::get, timer));
        assertThatIllegalArgumentException().isThrownBy(() -> new FramePacer(Duration.ofMillis(-1), now::get, timer));
    }
}
