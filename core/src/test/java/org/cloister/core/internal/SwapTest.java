// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.VIDEO;
import static org.cloister.core.internal.World.refused;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What users of a heap notice when its backend is replaced. Promises 4 and 5. */
@Timeout(60)
class SwapTest {
    private final World world = new World();

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void newBuffersGoToTheSuccessorAndOldOnesStay() {
        var old = FakeBackend.video("old");
        Candidate leaving = world.add(old);
        DmaBuf before = world.video().allocate(1);
        var next = FakeBackend.video("next");
        world.add(next, 10);
        try (DmaBuf after = world.video().allocate(1)) {
            assertThat(before.record().backend()).isEqualTo("old");
            assertThat(before.record().generation()).isOne();
            assertThat(after.record().backend()).isEqualTo("next");
            assertThat(after.record().generation()).isEqualTo(2);
            assertThat(before.state()).isEqualTo(BufferState.LIVE);
            before.write(0, MemorySegment.ofArray(new byte[4096]));
        }
        world.remove(leaving);
        assertThat(old.pool().live()).isOne();
        assertThat(old.isDisconnected()).as("a pool of its is still in use").isFalse();
        before.close();
        assertThat(old.pool().live()).isZero();
        assertThat(old.pool().isDestroyed()).as("not on the thread that closed the buffer").isFalse();
        world.queue.runAll();
        assertThat(old.pool().isDestroyed()).isTrue();
        assertThat(old.isDisconnected()).isTrue();
    }

    @Test
    void aBackendIsDisconnectedAfterTheLastOfItsPools() {
        var backend = new FakeBackend("a", PoolOffer.serve(UseCase.SECURE_VIDEO),
                PoolOffer.serve(UseCase.TRUSTED_UI));
        Candidate candidate = world.add(backend);
        DmaBuf video = world.video().allocate(1);
        DmaBuf ui = world.heap("protected,trusted-ui").allocate(1);
        world.remove(candidate);
        video.close();
        world.queue.runAll();
        assertThat(backend.pools).filteredOn(FakePool::isDestroyed).hasSize(1);
        assertThat(backend.isDisconnected()).isFalse();
        ui.close();
        world.queue.runAll();
        assertThat(backend.isDisconnected()).isTrue();
        assertThat(backend.script.calls("disconnected")).isOne();
    }

    @Test
    void aHeapGoesFromAvailableToUnavailableAndBackAsTheSameObject() {
        Candidate first = world.add(FakeBackend.video("a"));
        Heap heap = world.video();
        DmaBuf live = heap.allocate(1);
        world.remove(first);
        assertThat(heap.state()).isEqualTo(HeapState.DRAINING);
        assertThat(heap.backend()).isEmpty();
        assertThat(heap.attributes()).as("those of the last backend").isEqualTo(FakeBackend.RESTRICTED);
        assertThat(refused(HeapError.DRAINING, () -> heap.allocate(1))).hasMessageContaining("backend a");
        live.close();
        world.queue.runAll();
        assertThat(heap.state()).isEqualTo(HeapState.UNAVAILABLE);
        assertThat(refused(HeapError.UNAVAILABLE, () -> heap.allocate(1))).hasMessageContaining("has left");
        world.add(FakeBackend.video("b"));
        assertThat(heap.state()).isEqualTo(HeapState.AVAILABLE);
        assertThat(world.video()).isSameAs(heap);
        try (DmaBuf again = heap.allocate(1)) {
            assertThat(again.record().generation()).isEqualTo(2);
        }
    }

    @Test
    void aHeapThatIsDrainedAndServedIsAvailable() {
        Candidate first = world.add(FakeBackend.video("a"));
        try (DmaBuf live = world.video().allocate(1)) {
            world.remove(first);
            world.add(FakeBackend.video("b"));
            assertThat(world.video().state()).isEqualTo(HeapState.AVAILABLE);
            assertThat(world.video().usage().draining()).isOne();
            assertThat(live.state()).isEqualTo(BufferState.LIVE);
        }
        world.queue.runAll();
        assertThat(world.video().usage().draining()).isZero();
    }

    @Test
    void theStateIsPublishedAtEachStep() {
        Candidate first = world.add(FakeBackend.video("a"));
        DmaBuf live = world.video().allocate(1);
        world.remove(first);
        live.close();
        world.queue.runAll();
        world.add(FakeBackend.video("b"));
        assertThat(world.published).containsExactly(VIDEO + " AVAILABLE a", VIDEO + " DRAINING ",
                VIDEO + " UNAVAILABLE ", VIDEO + " AVAILABLE b");
    }

    @Test
    void usageAddsUpServingAndDraining() {
        FakeBackend first = FakeBackend.video("a");
        world.add(first);
        first.host().quarantined(first.pool(), 0x4000_0000L, 8192, "stuck");
        try (DmaBuf old = world.video().allocate(1)) {
            FakeBackend second = FakeBackend.video("b");
            world.add(second, 10);
            second.pool().quarantined.set(4096);
            try (DmaBuf fresh = world.video().allocate(5000)) {
                assertThat(fresh.id()).isGreaterThan(old.id());
                var usage = world.video().usage();
                assertThat(usage.capacity()).hasValue(FakePool.CAPACITY);
                assertThat(usage.free()).hasValue(FakePool.CAPACITY - 8192);
                assertThat(usage.buffers()).isEqualTo(2);
                assertThat(usage.draining()).isOne();
                assertThat(usage.quarantined()).isEqualTo(4096 + 8192);
                assertThat(usage.regionsUsed()).hasValue(1);
                assertThat(usage.regionsLeft()).hasValue(8);
            }
        }
        world.queue.runAll();
    }

    @Test
    void withoutABackendNothingIsFree() {
        world.remove(world.add(FakeBackend.video("a")));
        assertThat(world.video().usage().free()).hasValue(0);
        assertThat(world.video().usage().buffers()).isZero();
    }

    @Test
    void aPoolThatIsAskedForItsUsageIsNotDestroyedMeanwhile() throws Exception {
        var backend = FakeBackend.video("a");
        Candidate candidate = world.add(backend);
        Script.Hang hang = backend.pool().script.hang("usage");
        var usage = new FutureTask<>(() -> world.video().usage());
        Thread.ofPlatform().daemon().start(usage);
        hang.awaitEntered();
        world.remove(candidate);
        assertThat(backend.pool().isDestroyed()).isFalse();
        hang.release();
        assertThat(usage.get().buffers()).as("a look is no buffer").isZero();
        world.queue.runAll();
        assertThat(backend.pool().isDestroyed()).isTrue();
    }

    @Test
    void anAllocationUnderWayWhenTheBackendLeavesIsNotCutShort() throws Exception {
        var old = FakeBackend.video("old");
        Candidate leaving = world.add(old);
        Script.Hang hang = old.pool().script.hang("allocate");
        var allocation = new FutureTask<>(() -> world.video().allocate(1));
        Thread.ofPlatform().daemon().start(allocation);
        hang.awaitEntered();
        world.add(FakeBackend.video("next"));
        world.remove(leaving);
        hang.release();
        try (DmaBuf buffer = allocation.get()) {
            assertThat(buffer.record().backend()).as("it was asked before it left, and answered").isEqualTo("old");
        }
        world.queue.runAll();
        assertThat(old.pool().isDestroyed()).isTrue();
    }

    @Test
    void aRefusalOfALeavingBackendIsNotTheUsersBusiness() throws Exception {
        var old = FakeBackend.video("old");
        Candidate leaving = world.add(old);
        var entered = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        old.pool().script.before("allocate", () -> {
            entered.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            throw new HeapException(HeapError.FIRMWARE_DEAD, "allocate", "old", "it is being stopped", "wait");
        });
        var allocation = new FutureTask<>(() -> world.video().allocate(1));
        Thread.ofPlatform().daemon().start(allocation);
        entered.await();
        world.add(FakeBackend.video("next"));
        world.remove(leaving);
        go.countDown();
        try (DmaBuf buffer = allocation.get()) {
            assertThat(buffer.record().backend()).isEqualTo("next");
        }
        world.queue.runAll();
    }

    @Test
    void aRefusalOfTheServingBackendIs() {
        var backend = FakeBackend.video("a");
        world.add(backend);
        world.add(FakeBackend.video("b"), -1);
        backend.pool().script.fail("allocate",
                new HeapException(HeapError.NO_REGION, "lend", "TZC-400", "all 9 regions are used", "free one"));
        assertThat(refused(HeapError.NO_REGION, () -> world.video().allocate(1)))
                .hasMessageContaining("all 9 regions are used");
        assertThat(world.video().backend()).isEqualTo("a");
        assertThat(world.events(HeapEvent.BackendFailed.class)).isEmpty();
    }

    @Test
    void noAllocationIsLostDuringSwaps() throws Exception {
        world.add(FakeBackend.video("steady"));
        Heap heap = world.video();
        var done = new AtomicBoolean();
        var begun = new CountDownLatch(2);
        var users = new ArrayList<FutureTask<Boolean>>();
        for (int i = 0; i < 2; i++) {
            var user = new FutureTask<>(() -> {
                while (!done.get()) {
                    try (DmaBuf buffer = heap.allocate(4096)) {
                        buffer.write(0, MemorySegment.ofArray(new byte[16]));
                        assertThat(buffer.state()).isEqualTo(BufferState.LIVE);
                    }
                    begun.countDown();
                    Thread.yield(); // each swap needs a processor many times
                }
                return true;
            });
            Thread.ofPlatform().daemon().start(user);
            users.add(user);
        }
        begun.await();
        for (int round = 0; round < 100; round++) {
            world.remove(world.add(FakeBackend.video("passing"), 10));
        }
        done.set(true);
        for (FutureTask<Boolean> user : users) {
            assertThat(user.get()).isTrue();
        }
        world.queue.runAll();
    }

    /** The pool is destroyed once, after the last buffer, whoever is faster. */
    @Test
    void theLastFreeAndTheDrainMeet() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < 200; round++) {
                var backend = FakeBackend.video("a");
                Candidate candidate = world.add(backend);
                DmaBuf last = world.video().allocate(1);
                race.meet(last::close, () -> world.core.remove(candidate));
                world.queue.runAll();
                assertThat(backend.pool().isDestroyed()).isTrue();
                assertThat(backend.isDisconnected()).isTrue();
                assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
            }
        }
    }

    @Test
    void anAllocationAndTheDrainMeet() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < 200; round++) {
                var backend = FakeBackend.video("a");
                Candidate candidate = world.add(backend);
                Heap heap = world.video();
                race.meet(() -> world.core.remove(candidate), () -> {
                    try (DmaBuf buffer = heap.allocate(1)) {
                        assertThat(buffer.record().backend()).isEqualTo("a");
                    } catch (HeapException e) {
                        assertThat(e.error()).isIn(HeapError.DRAINING, HeapError.UNAVAILABLE);
                    }
                });
                world.queue.runAll();
                assertThat(backend.pool().isDestroyed()).isTrue();
            }
        }
    }
}
