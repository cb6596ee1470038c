// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.heap.Fence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FramePacerTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // clocks may wrap
    private final FramePacer pacer = new FramePacer(now::get);

    @AfterEach
    void stop() {
        pacer.close();
    }

    @Test
    void theFirstPictureIsDueAtOnceWhateverItsTime() {
        assertThat(pacer.due(Duration.ofHours(-3)).isSignalled()).isTrue();
        assertThat(pacer.due(Duration.ofHours(-2)).isSignalled()).isFalse();
    }

    @Test
    void aLatePictureIsDueAtOnceAndTheOnesAfterItKeepTheirTimes() {
        pacer.due(Duration.ZERO);
        now.addAndGet(Duration.ofHours(2).toNanos() + 1);
        assertThat(pacer.due(Duration.ofHours(2)).isSignalled()).isTrue();
        assertThat(pacer.due(Duration.ofHours(3)).isSignalled()).isFalse();
        now.addAndGet(Duration.ofHours(1).toNanos() - 1);
        assertThat(pacer.due(Duration.ofHours(3)).isSignalled()).isTrue();
    }

    @Test
    void signalsWhenTheTimeHasCome() {
        pacer.due(Duration.ZERO);
        Fence due = pacer.due(Duration.ofMillis(5));
        assertThat(due.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
    }

    @Test
    void nobodyWaitsForOneThatIsClosed() {
        pacer.due(Duration.ZERO);
        Fence due = pacer.due(Duration.ofHours(1));
        pacer.close();
        assertThat(due.isSignalled()).isTrue();
        assertThat(pacer.due(Duration.ofHours(2)).isSignalled()).isTrue();
        pacer.close();
    }
}
