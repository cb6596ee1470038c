// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MachineTimerTest {
    private final LinkedBlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    private final MachineTimer timer = new MachineTimer("trim", failures::add);

    @AfterEach
    void close() {
        timer.close();
    }

    private Thread thread() throws Exception {
        var found = new CompletableFuture<Thread>();
        timer.schedule(1, () -> found.complete(Thread.currentThread()));
        return found.get(30, TimeUnit.SECONDS);
    }

    @Test
    void actionsRunOnADaemonOfThatName() throws Exception {
        assertThat(thread()).matches(Thread::isDaemon).extracting(Thread::getName).isEqualTo("trim");
    }

    @Test
    void anActionRunsNoEarlierThanItIsDue() throws Exception {
        long before = timer.nanoTime();
        var ran = new CompletableFuture<Long>();
        timer.schedule(TimeUnit.MILLISECONDS.toNanos(20), () -> ran.complete(timer.nanoTime()));
        assertThat(ran.get(30, TimeUnit.SECONDS) - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
    }

    @Test
    void anActionThatFailsIsToldOfAndTheNextOneRuns() throws Exception {
        var broken = new IllegalStateException("broken");
        var missing = new NoClassDefFoundError("gone with its bundle");
        timer.schedule(1, () -> {
            throw broken;
        });
        assertThat(failures.poll(30, TimeUnit.SECONDS)).isSameAs(broken);
        timer.schedule(1, () -> {
            throw missing;
        });
        assertThat(failures.poll(30, TimeUnit.SECONDS)).isSameAs(missing);
        assertThat(thread().isAlive()).isTrue();
    }

    @Test
    void whatIsNotDueIsDroppedAndTheThreadEnds() throws Exception {
        Thread thread = thread();
        timer.schedule(TimeUnit.HOURS.toNanos(1), () -> failures.add(new AssertionError("ran")));
        timer.close();
        thread.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(thread.isAlive()).isFalse();
        assertThat(failures).isEmpty();
    }

    @Test
    void whatIsRunningIsInterrupted() throws Exception {
        var interrupted = new CompletableFuture<Boolean>();
        var running = new CompletableFuture<Void>();
        timer.schedule(1, () -> {
            running.complete(null);
            try {
                new CompletableFuture<>().get(30, TimeUnit.SECONDS);
                interrupted.complete(false);
            } catch (InterruptedException e) {
                interrupted.complete(true);
            } catch (ExecutionException | TimeoutException e) {
                interrupted.complete(false);
            }
        });
        running.get(30, TimeUnit.SECONDS);
        timer.close();
        assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void nothingRunsOnceClosed() throws Exception {
        Thread thread = thread();
        timer.close();
        timer.close();
        timer.schedule(1, () -> failures.add(new AssertionError("ran")));
        thread.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(thread.isAlive()).isFalse();
        assertThat(failures).isEmpty();
    }
}
