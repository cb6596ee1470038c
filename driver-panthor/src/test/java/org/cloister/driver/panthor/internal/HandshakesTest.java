// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.cloister.platform.driver.DriverThread;
import org.cloister.platform.mali.HostInterface;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers of the firmware, which the test gives. */
@Timeout(120)
class HandshakesTest {
    private static final int BIT = 1;
    private static final Duration LIMIT = Duration.ofSeconds(1);

    private final GpuBoard board = new GpuBoard();
    private final long shared = board.soc().contiguousAreas().getFirst().allocate(4096, 4096);
    private final Port port = new Port(board.memory("cpu"), shared, shared + 2048);
    private final StepTimer time = new StepTimer();
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private final DriverThread thread = new DriverThread("a driver of the test", end::completeExceptionally);
    private final Handshakes handshakes = new Handshakes(time, thread);

    @BeforeEach
    void blank() {
        board.memory("cpu").fill(shared, 4096, (byte) 0);
    }

    @AfterEach
    void off() {
        thread.end();
        board.close();
    }

    private void ask() {
        thread.run(() -> handshakes.await(
                port, BIT, LIMIT, () -> end.complete("answered"), () -> end.complete("late")));
    }

    /** Nobody raises an interrupt for it. */
    @Test
    void whatIsDoneAlreadyIsNotWaitedFor() {
        ask();
        assertThat(end).succeedsWithin(GpuBoard.DEADLINE).isEqualTo("answered");
        assertThat(time.pending()).isZero();
    }

    @Test
    void anAnswerIsHeardWhenThereIsOne() {
        port.request(HostInterface.REQUEST, BIT);
        ask();
        thread.run(handshakes::look);
        GpuBoard.until(() -> time.pending() == 1);
        assertThat(end).isNotDone();
        board.memory("cpu").writeInt(port.output() + HostInterface.REQUEST, BIT);
        thread.run(handshakes::look);
        assertThat(end).succeedsWithin(GpuBoard.DEADLINE).isEqualTo("answered");
    }

    @Test
    void whoDoesNotAnswerIsLate() {
        port.request(HostInterface.REQUEST, BIT);
        ask();
        GpuBoard.until(() -> time.pending() == 1);
        time.advance(LIMIT);
        assertThat(end).succeedsWithin(GpuBoard.DEADLINE).isEqualTo("late");
    }

    @Test
    void whatIsForgottenIsNeitherAnsweredNorLate() {
        port.request(HostInterface.REQUEST, BIT);
        ask();
        thread.run(handshakes::forget);
        thread.run(handshakes::look);
        thread.run(() -> end.complete("nothing"));
        assertThat(end).succeedsWithin(GpuBoard.DEADLINE).isEqualTo("nothing");
        assertThat(time.pending()).isZero();
    }
}
