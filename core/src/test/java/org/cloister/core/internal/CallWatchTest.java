// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.Enforcement;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Noticing calls that do not return. */
@Timeout(60)
class CallWatchTest {
    private static final int LIMIT = 3;

    private final ConcurrentLinkedQueue<Tenure> hung = new ConcurrentLinkedQueue<>();
    private final CallWatch watch = new CallWatch(LIMIT, hung::add);
    private final Tenure tenure = tenure("a");
    private final Tenure other = tenure("b");

    private static Tenure tenure(String backend) {
        return new Tenure(new Candidate(backend, FakeBackend.video(backend), 0, 0),
                new FakePool(FakeBackend.RESTRICTED, 1), FakeBackend.RESTRICTED,
                new BufferRecord("h", UseCase.SECURE_VIDEO, true, Enforcement.FIREWALL, backend, 1), t -> {});
    }

    private void ticks(int count) {
        for (int i = 0; i < count; i++) {
            watch.tick();
        }
    }

    @Test
    void aQuickCallIsLeftInPeace() {
        int slot = watch.enter(tenure);
        ticks(LIMIT);
        assertThat(watch.exit(slot)).isFalse();
        ticks(10);
        assertThat(hung).isEmpty();
        assertThat(Thread.interrupted()).isFalse();
        assertThat(watch.now()).isEqualTo(LIMIT + 10);
    }

    @Test
    void aCallThatLastsTooLongIsInterruptedAndNamed() {
        int slot = watch.enter(tenure);
        ticks(LIMIT + 1);
        assertThat(hung).containsExactly(tenure);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(watch.exit(slot)).isTrue();
        assertThat(Thread.interrupted()).as("cleared").isFalse();
    }

    @Test
    void anInterruptThatTheCallConsumedIsRememberedAllTheSame() {
        int slot = watch.enter(tenure);
        ticks(LIMIT + 1);
        Thread.interrupted();
        assertThat(watch.exit(slot)).isTrue();
    }

    @Test
    void aCallIsInterruptedOnce() {
        int slot = watch.enter(tenure);
        ticks(LIMIT + 1);
        Thread.interrupted();
        ticks(LIMIT + 10);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(hung).hasSize(1);
        assertThat(watch.exit(slot)).isTrue();
    }

    @Test
    void theNextCallBeginsAnew() {
        int slot = watch.enter(tenure);
        ticks(LIMIT);
        watch.exit(slot);
        slot = watch.enter(other);
        ticks(LIMIT);
        assertThat(watch.exit(slot)).isFalse();
        assertThat(hung).isEmpty();
    }

    @Test
    void anInterruptOfSomebodyElseIsKept() {
        int slot = watch.enter(tenure);
        Thread.currentThread().interrupt();
        assertThat(watch.exit(slot)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aCallWithinACallIsWatchedByItself() {
        int outer = watch.enter(tenure);
        ticks(LIMIT);
        int inner = watch.enter(other);
        ticks(1);
        assertThat(hung).containsExactly(tenure);
        assertThat(watch.exit(inner)).as("the outer one hung").isFalse();
        assertThat(watch.exit(outer)).isTrue();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aCallWithinAHungCallMayUseItsSlot() {
        int outer = watch.enter(tenure);
        ticks(LIMIT + 1);
        int inner = watch.enter(other);
        assertThat(watch.exit(inner)).isFalse();
        assertThat(watch.exit(outer)).isTrue();
    }

    @Test
    void theLimitMayChange() {
        int slot = watch.enter(tenure);
        watch.limit(1);
        ticks(2);
        assertThat(watch.exit(slot)).isTrue();
        watch.limit(100);
        slot = watch.enter(tenure);
        ticks(100);
        assertThat(watch.exit(slot)).isFalse();
    }

    @Test
    void whereAllSlotsAreTakenCallsGoUnwatched() {
        var slots = new ArrayList<Integer>();
        for (int i = 0; i < 8; i++) {
            slots.add(watch.enter(tenure));
        }
        int unwatched = watch.enter(tenure);
        assertThat(unwatched).isEqualTo(CallWatch.UNWATCHED);
        assertThat(watch.exit(unwatched)).isFalse();
        assertThat(slots).doesNotContain(CallWatch.UNWATCHED).doesNotHaveDuplicates();
        slots.forEach(slot -> assertThat(watch.exit(slot)).isFalse());
        assertThat(watch.exit(watch.enter(tenure))).isFalse();
    }

    /** Ticks rain on threads that enter and leave; nobody may be interrupted outside a call, or be named unjustly. */
    @Test
    void noInterruptStraysIntoOtherWork() throws Exception {
        var eager = new CallWatch(0, hung::add); // everybody is late at once
        var done = new AtomicBoolean();
        var caught = new AtomicInteger();
        var begun = new CountDownLatch(3);
        List<FutureTask<Boolean>> callers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            var caller = new FutureTask<>(() -> {
                while (!done.get()) {
                    int slot = eager.enter(tenure);
                    Thread.yield(); // on a machine with few processors somebody has to tick now
                    if (eager.exit(slot)) {
                        caught.incrementAndGet();
                    }
                    begun.countDown();
                    if (Thread.interrupted()) {
                        return false;
                    }
                }
                return true;
            });
            Thread.ofPlatform().daemon().start(caller);
            callers.add(caller);
        }
        begun.await();
        while (hung.size() < 1_000) {
            eager.tick();
            Thread.yield(); // as the callers do
        }
        done.set(true);
        for (FutureTask<Boolean> caller : callers) {
            assertThat(caller.get()).as("never interrupted after a call").isTrue();
        }
        assertThat(caught.get()).as("each that was named noticed it, and nobody else").isEqualTo(hung.size());
    }

    @Test
    void whoIsNamedHangs() throws Exception {
        var entered = new CountDownLatch(1);
        var result = new FutureTask<>(() -> {
            int slot = watch.enter(tenure);
            boolean interrupted = false;
            try {
                entered.countDown();
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
            return interrupted && watch.exit(slot) && !Thread.interrupted();
        });
        Thread.ofPlatform().daemon().start(result);
        entered.await();
        int mine = watch.enter(other);
        watch.exit(mine);
        ticks(LIMIT + 1);
        assertThat(result.get()).isTrue();
        assertThat(hung).containsExactly(tenure);
    }
}
