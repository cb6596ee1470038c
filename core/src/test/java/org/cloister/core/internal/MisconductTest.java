// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.VIDEO;
import static org.cloister.core.internal.World.refused;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Explanation.Kind;
import org.cloister.heap.Explanation.Reason;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.UseCase;
import org.cloister.importer.Segment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that throw, hang, or answer nonsense: failing backends, never a failing core. */
@Timeout(60)
class MisconductTest {
    private static final Duration NOW = Duration.ZERO;
    private static final Duration TOO_LONG = World.CALL_LIMIT.plusSeconds(1);

    private final World world = new World();
    private final FakeBackend bad = FakeBackend.video("bad").with(FakeBackend.NORMAL);

    @AfterEach
    void close() {
        world.close();
    }

    private static Stream<Throwable> anything() {
        return Stream.of(new IllegalStateException("boom"), new NullPointerException("boom"),
                new AssertionError("boom"), new StackOverflowError("boom"), new NoClassDefFoundError("boom"),
                new IOException("boom"), new OutOfMemoryError("boom"));
    }

    private void addSuccessor() {
        world.add(FakeBackend.video("good").with(FakeBackend.NORMAL), -1);
    }

    private void expectSwapped() {
        world.queue.runAll();
        assertThat(world.video().backend()).isEqualTo("good");
        assertThat(world.heaps().explain(VIDEO).reasons()).extracting(Reason::kind).contains(Kind.SERVED, Kind.FAILED);
        assertThat(world.events(HeapEvent.BackendFailed.class)).hasSize(1);
        assertThat(world.events(HeapEvent.Swapped.class)).hasSize(1);
    }

    /** A call that must fail for its caller and cost the backend its office. */
    private void expectFailure(String method, Runnable call) {
        bad.pool().script.fail(method, new IllegalStateException("boom"));
        assertThat(refused(HeapError.BACKEND_FAILED, call::run)).hasMessageContaining("boom")
                .hasMessageContaining("backend bad").hasCauseInstanceOf(IllegalStateException.class);
        bad.pool().script.forget(method);
    }

    @ParameterizedTest
    @MethodSource("anything")
    void anAllocationThatThrowsIsRetriedWithTheSuccessor(Throwable thrown) {
        world.add(bad);
        addSuccessor();
        bad.pool().script.fail("allocate", thrown);
        try (DmaBuf buffer = world.video().allocate(1)) {
            assertThat(buffer.record().backend()).isEqualTo("good");
        }
        expectSwapped();
        assertThat(world.heaps().owner().bytes()).hasValue(0);
    }

    @ParameterizedTest
    @MethodSource("anything")
    void withoutASuccessorTheBackendStays(Throwable thrown) {
        world.add(bad);
        bad.pool().script.fail("allocate", thrown);
        assertThat(refused(HeapError.BACKEND_FAILED, () -> world.video().allocate(1))).hasMessageContaining("boom")
                .hasCause(thrown);
        assertThat(world.video().backend()).isEqualTo("bad");
        assertThat(world.heaps().explain(VIDEO).reasons().getFirst()).satisfies(r -> {
            assertThat(r.kind()).isEqualTo(Kind.SERVED);
            assertThat(r.text()).contains("backend bad serves it, although it threw", "boom");
        });
        bad.pool().script.forget("allocate");
        world.video().allocate(1).close();
        assertThat(world.events(HeapEvent.BackendFailed.class)).hasSize(1);
    }

    @Test
    void whoKeepsFailingIsReportedOnce() {
        world.add(bad);
        bad.pool().script.fail("allocate", new IllegalStateException("boom"));
        for (int i = 0; i < 10; i++) {
            refused(HeapError.BACKEND_FAILED, () -> world.video().allocate(1));
        }
        assertThat(world.events(HeapEvent.BackendFailed.class)).hasSize(1);
    }

    @Test
    void whoFailedComesBackWhenItsOffersChange() {
        world.add(bad);
        addSuccessor();
        bad.pool().script.fail("allocate", new IllegalStateException("boom"));
        world.video().allocate(1).close();
        expectSwapped();
        bad.offer(PoolOffer.serve(UseCase.SECURE_VIDEO));
        world.queue.runAll();
        assertThat(world.video().backend()).as("the slate is clean").isEqualTo("bad");
    }

    @Test
    void aSuccessorThatComesLaterTakesOver() {
        world.add(bad);
        bad.pool().script.fail("allocate", new IllegalStateException("boom"));
        refused(HeapError.BACKEND_FAILED, () -> world.video().allocate(1));
        addSuccessor();
        assertThat(world.video().backend()).as("although its ranking is lower").isEqualTo("good");
        assertThat(world.heaps().explain(VIDEO).toString())
                .contains("backend bad failed: it threw java.lang.IllegalStateException: boom, so others come first");
        world.queue.runAll();
    }

    @Test
    void twoBadBackendsAreTriedInTurnAndTheCallerIsTold() {
        world.add(bad);
        var worse = FakeBackend.video("worse").with(FakeBackend.NORMAL);
        world.add(worse, -1);
        bad.pool().script.fail("allocate", new IllegalStateException("boom"));
        worse.script.answer("open", failingPool(worse));
        bad.script.answer("open", failingPool(bad));
        refused(HeapError.BACKEND_FAILED, () -> world.video().allocate(1));
        assertThat(world.events(HeapEvent.BackendFailed.class)).extracting(HeapEvent.BackendFailed::backend)
                .containsExactly("bad", "worse");
        world.queue.runAll();
    }

    private static FakePool failingPool(FakeBackend of) {
        var pool = new FakePool(FakeBackend.NORMAL, 1);
        pool.script.fail("allocate", new IllegalStateException("boom"));
        of.pools.add(pool);
        return pool;
    }

    private static FakeBuffer memory(Segment... pieces) {
        return new FakeBuffer(new Script(), List.of(pieces), MemorySegment.ofArray(new byte[8192]));
    }

    private static Segment piece(long address, long length) {
        return new Segment(address, length, Access.READ_WRITE);
    }

    private static Arguments garbage(String what, FakeBuffer memory) {
        return Arguments.of(what, memory);
    }

    private static FakeBuffer lying(String method, Object answer) {
        FakeBuffer memory = memory(piece(0x40000000, 8192));
        memory.script().answer(method, answer);
        return memory;
    }

    private static Stream<Arguments> garbage() {
        FakeBuffer throwing = memory(piece(0x40000000, 8192));
        throwing.script().fail("address", new IllegalStateException("boom"));
        FakeBuffer placeless = lying("segments", 0);
        placeless.script().answer("fd", OptionalInt.empty());
        return Stream.of(garbage("nothing", null),
                garbage("too little", memory(piece(0x40000000, 4096))),
                garbage("odd size", lying("size", 8193L)),
                garbage("negative size", lying("size", -4096L)),
                garbage("no segment, and no descriptor either", placeless),
                garbage("negative segments", lying("segments", -1)),
                garbage("several segments of a contiguous heap", memory(piece(0x40000000, 4096), piece(0, 4096))),
                garbage("not aligned as asked", memory(piece(0x40001000, 8192))),
                garbage("not aligned at all", memory(piece(0x40000001, 8192))),
                garbage("addresses that wrap", memory(piece(-4096, 8192))),
                garbage("an address beyond the heap's bits", memory(piece(1L << 40, 8192))),
                garbage("segments that do not add up", lying("length", 4096L)),
                garbage("a segment longer than the buffer", lying("length", 1L << 40)),
                garbage("a segment without length", lying("length", 0L)),
                garbage("throws when looked at", throwing));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("garbage")
    void garbageIsNotHandedOn(String what, FakeBuffer memory) {
        bad.with(HeapAttributes.builder().addressBits(40).build());
        world.add(bad);
        addSuccessor();
        bad.pool().script.answer("allocate", memory);
        bad.pool().script.answer("free", null);
        try (DmaBuf buffer = world.video().allocate(
                AllocationRequest.of(8192).aligned(1 << 20))) {
            assertThat(buffer.record().backend()).isEqualTo("good");
        }
        expectSwapped();
        assertThat(bad.pool().script.calls("free")).as("what it gave is given back").isEqualTo(memory == null ? 0 : 1);
        assertThat(world.heaps().owner().bytes()).hasValue(0);
    }

    @Test
    void garbageThatCannotEvenBeGivenBackIsSurvived() {
        world.add(bad);
        addSuccessor();
        bad.pool().script.answer("allocate", memory(piece(1, 4096)));
        bad.pool().script.fail("free", new AssertionError("boom"));
        world.video().allocate(1).close();
        expectSwapped();
    }

    @Test
    void segmentsOfAHeapThatIsNotContiguousAreChecked() {
        bad.with(HeapAttributes.builder().contiguous(false).build());
        world.add(bad);
        bad.pool().script.answer("allocate", memory(piece(0x40000000, 4096), piece(0x50000800, 4096)));
        bad.pool().script.answer("free", null);
        assertThat(refused(HeapError.BACKEND_FAILED, () -> world.video().allocate(8192)))
                .hasMessageContaining("a segment of 4096 bytes at 0x50000800");
    }

    @ParameterizedTest
    @MethodSource("anything")
    void aFreeThatThrowsHarmsNobody(Throwable thrown) {
        world.add(bad);
        addSuccessor();
        bad.pool().script.fail("free", thrown);
        DmaBuf buffer = world.video().allocate(1);
        DmaBuf next = world.video().allocate(1);
        buffer.close();
        expectSwapped();
        assertThat(world.heaps().owner().bytes()).as("the quota is given back").hasValue(4096);
        bad.pool().script.forget("free");
        next.close();
        world.queue.runAll();
        assertThat(bad.pool().isDestroyed()).as("nothing of it is live").isTrue();
        assertThat(bad.pool().violations).hasSize(1); // it still thinks the first one is
        world.backends.remove(bad);
    }

    @Test
    void transfersThatThrow() {
        world.add(bad);
        addSuccessor();
        DmaBuf buffer = world.video().allocate(1);
        expectFailure("write", () -> buffer.write(0, MemorySegment.ofArray(new byte[1])));
        expectFailure("read", () -> buffer.read(0, MemorySegment.ofArray(new byte[1])));
        expectSwapped();
        buffer.close();
    }

    @Test
    void mappingsThatThrow() {
        world.add(bad);
        addSuccessor();
        DmaBuf buffer = world.video().allocate(1);
        expectFailure("map", () -> buffer.map(Access.READ, NOW));
        expectFailure("segment", () -> buffer.map(Access.READ, NOW));
        expectSwapped();
        assertThat(bad.pool().mappings).hasValue(0);
        buffer.close();
        world.queue.runAll();
        assertThat(bad.pool().isDestroyed()).isTrue();
    }

    @Test
    void mappingsThatAreNone() {
        world.add(bad);
        addSuccessor();
        DmaBuf buffer = world.video().allocate(1);
        bad.pool().script.answer("map", null);
        refused(HeapError.BACKEND_FAILED, () -> buffer.map(Access.READ, NOW));
        bad.pool().script.forget("map");
        for (MemorySegment nonsense : List.of(MemorySegment.NULL, MemorySegment.ofArray(new byte[8192]),
                MemorySegment.ofArray(new byte[4096]).asReadOnly())) {
            bad.pool().script.answer("segment", nonsense);
            refused(HeapError.BACKEND_FAILED, () -> buffer.map(Access.WRITE, NOW));
        }
        bad.pool().script.answer("segment", null);
        refused(HeapError.BACKEND_FAILED, () -> buffer.map(Access.WRITE, NOW));
        assertThat(bad.pool().mappings).as("each was closed").hasValue(0);
        expectSwapped();
        buffer.close();
    }

    @Test
    void mappingsThatDoNotEnd() {
        world.add(bad);
        addSuccessor();
        DmaBuf buffer = world.video().allocate(1);
        buffer.map(Access.READ, NOW);
        buffer.map(Access.READ, NOW);
        bad.pool().script.fail("unmap", new IllegalStateException("boom"));
        buffer.close();
        assertThat(bad.pool().live()).as("the buffer goes all the same").isZero();
        assertThat(bad.pool().script.calls("unmap")).as("each was asked to end").isEqualTo(2);
        expectSwapped();
    }

    @Test
    void descriptorsThatThrowOrAreNone() {
        world.add(bad);
        addSuccessor();
        DmaBuf buffer = world.video().allocate(1);
        expectFailure("fd", buffer::fd);
        bad.pool().script.answer("fd", null);
        refused(HeapError.BACKEND_FAILED, buffer::fd);
        expectSwapped();
        buffer.close();
    }

    @Test
    void usageThatThrowsOrIsNone() {
        world.add(bad);
        addSuccessor();
        bad.pool().script.answer("usage", null);
        refused(HeapError.BACKEND_FAILED, () -> world.video().usage());
        expectSwapped();
        assertThat(world.video().usage().capacity()).hasValue(FakePool.CAPACITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "connected", "offers"})
    void aBackendThatFailsWhenItComesIsNotUsed(String method) {
        for (Throwable thrown : anything().toList()) {
            var backend = FakeBackend.video("b");
            backend.script.fail(method, thrown);
            assertThat(refused(HeapError.BACKEND_FAILED, () -> world.core.add(backend, 0, 9)))
                    .hasMessageContaining("boom");
            assertThat(world.heaps().list()).isEmpty();
            assertThat(backend.isDisconnected()).isEqualTo(!method.equals("id"));
        }
    }

    @Test
    void aRefusalOfABackendThatComesIsPassedOn() {
        bad.script.fail("connected",
                new HeapException(HeapError.FIRMWARE_DEAD, "connect", "OP-TEE", "silent", "reset"));
        refused(HeapError.FIRMWARE_DEAD, () -> world.core.add(bad, 0, 9));
    }

    @Test
    void offersThatAreNone() {
        bad.script.answer("offers", null);
        refused(HeapError.BACKEND_FAILED, () -> world.core.add(bad, 0, 9));
        var holey = FakeBackend.video("b");
        holey.script.answer("offers", Arrays.asList(PoolOffer.serve(UseCase.SECURE_VIDEO), null));
        refused(HeapError.BACKEND_FAILED, () -> world.core.add(holey, 0, 9));
    }

    @Test
    void poolsThatCannotBeOpened() {
        for (Throwable thrown : anything().toList()) {
            var backend = FakeBackend.video("b");
            backend.script.fail("open", thrown);
            world.remove(world.add(backend));
            assertThat(world.heaps().list()).isEmpty();
        }
        bad.script.answer("open", null);
        world.add(bad);
        assertThat(world.heaps().explain(VIDEO).toString()).contains("it returned no pool");
    }

    @Test
    void poolsThatDoNotSayWhatTheyAreAreDestroyed() {
        var pool = new FakePool(FakeBackend.NORMAL, 1);
        bad.pools.add(pool);
        bad.script.answer("open", pool);
        pool.script.answer("attributes", null);
        Candidate candidate = world.add(bad);
        assertThat(pool.isDestroyed()).isTrue();
        world.remove(candidate);
        var second = FakeBackend.video("b");
        var other = new FakePool(FakeBackend.NORMAL, 1);
        second.pools.add(other);
        second.script.answer("open", other);
        other.script.fail("attributes", new AssertionError("boom"));
        world.add(second);
        assertThat(other.isDestroyed()).isTrue();
        assertThat(world.heaps().list()).isEmpty();
    }

    @Test
    void poolsThatCannotBeDestroyedAndBackendsThatDoNotDisconnect() {
        Candidate candidate = world.add(bad);
        bad.pool().script.fail("destroy", new AssertionError("boom"));
        bad.script.fail("disconnected", new AssertionError("boom"));
        world.remove(candidate);
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
        assertThat(bad.script.calls("disconnected")).isOne();
        world.add(FakeBackend.video("good").with(FakeBackend.NORMAL));
        world.video().allocate(1).close();
        world.backends.remove(bad);
    }

    @Test
    void aHangingAllocationIsCutShortAndRetried() throws Exception {
        world.add(bad);
        addSuccessor();
        Script.Hang hang = bad.pool().script.hang("allocate");
        var allocation = new FutureTask<>(() -> {
            try (DmaBuf buffer = world.video().allocate(1)) {
                assertThat(Thread.interrupted()).as("no interrupt is left over").isFalse();
                return buffer.record().backend();
            }
        });
        Thread.ofPlatform().daemon().start(allocation);
        hang.awaitEntered();
        world.pass(TOO_LONG);
        assertThat(allocation.get()).isEqualTo("good");
        expectSwapped();
        assertThat(world.events(HeapEvent.BackendFailed.class)).extracting(HeapEvent.BackendFailed::why)
                .containsExactly("it did not return in time");
    }

    @Test
    void aCallThatIgnoresTheInterruptHoldsUpOnlyItsCaller() throws Exception {
        world.add(bad);
        addSuccessor();
        var entered = new CountDownLatch(1);
        var released = new CountDownLatch(1);
        bad.pool().script.before("allocate", () -> {
            entered.countDown();
            while (released.getCount() > 0) {
                Thread.onSpinWait();
            }
        });
        var allocation = new FutureTask<>(() -> {
            try (DmaBuf buffer = world.video().allocate(1)) {
                assertThat(Thread.interrupted()).isFalse();
                return buffer.record().backend();
            }
        });
        Thread.ofPlatform().daemon().start(allocation);
        entered.await();
        world.pass(TOO_LONG);
        assertThat(world.video().backend()).as("elected without the thread that hangs").isEqualTo("good");
        world.video().allocate(1).close();
        released.countDown();
        assertThat(allocation.get()).as("memory that comes too late is given back").isEqualTo("good");
        expectSwapped();
        assertThat(bad.pool().live()).isZero();
        assertThat(bad.pool().isDestroyed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"usage", "write", "map", "free", "fd"})
    void otherHangingCallsAreCutShortToo(String method) throws Exception {
        world.add(bad);
        addSuccessor();
        DmaBuf buffer = world.video().allocate(1);
        Script.Hang hang = bad.pool().script.hang(method);
        var call = new FutureTask<>(() -> {
            try {
                switch (method) {
                    case "usage" -> world.video().usage();
                    case "write" -> buffer.write(0, MemorySegment.ofArray(new byte[1]));
                    case "map" -> buffer.map(Access.READ, NOW);
                    case "free" -> buffer.close();
                    default -> buffer.fd();
                }
                return method + " went on";
            } catch (HeapException e) {
                return e.error() + ", interrupted " + Thread.interrupted();
            }
        });
        Thread.ofPlatform().daemon().start(call);
        hang.awaitEntered();
        world.pass(TOO_LONG);
        assertThat(call.get()).isEqualTo(method.equals("free") ? "free went on" : "BACKEND_FAILED, interrupted false");
        expectSwapped();
        bad.pool().script.forget(method);
        buffer.close();
        if (method.equals("free")) {
            world.queue.runAll();
            world.backends.remove(bad); // which thinks that a buffer is live
        }
    }

    @Test
    void aLimitThatIsChangedCountsForCallsUnderWay() throws Exception {
        world.add(bad);
        addSuccessor();
        Script.Hang hang = bad.pool().script.hang("allocate");
        var allocation = new FutureTask<>(() -> world.video().allocate(1));
        Thread.ofPlatform().daemon().start(allocation);
        hang.awaitEntered();
        world.pass(World.CALL_LIMIT.minusSeconds(10));
        assertThat(world.video().backend()).isEqualTo("bad");
        world.core.configure(World.limits(World.CALL_LIMIT.minusSeconds(20), World.INVALIDATE_LIMIT));
        world.pass(Core.TICK);
        allocation.get().close();
        expectSwapped();
    }

    @Test
    void aBackendThatHangsWhenItComesIsLeftAlone() {
        Script.Hang hang = world.giveUp(bad.script, "offers");
        assertThat(refused(HeapError.BACKEND_FAILED, () -> world.core.add(bad, 0, 9)))
                .hasMessageContaining("did not return within " + World.CALL_LIMIT.toMillis() + " ms");
        hang.release();
    }

    @Test
    void anOpenThatHangsGivesWayToTheSuccessor() {
        addSuccessor();
        Script.Hang hang = world.giveUp(bad.script, "open");
        world.add(bad);
        assertThat(world.video().backend()).isEqualTo("good");
        hang.release();
    }

    /** Whoever happens to run an election may be interrupted; that says nothing about a backend. */
    @Test
    void anInterruptedElectorDoesNotDiscreditASuccessor() {
        Candidate leaving = world.add(FakeBackend.video("leaving").with(FakeBackend.NORMAL), 10);
        addSuccessor();
        Thread.currentThread().interrupt();
        world.core.remove(leaving);
        assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        assertThat(world.video().backend()).isEqualTo("good");
        world.queue.runAll();
    }

    @Test
    void misconductOnOneHeapSaysNothingAboutAnother() {
        var both = new FakeBackend("both", PoolOffer.serve(UseCase.SECURE_VIDEO), PoolOffer.serve(UseCase.TRUSTED_UI))
                .with(FakeBackend.NORMAL);
        world.add(both);
        world.add(new FakeBackend("good", PoolOffer.serve(UseCase.SECURE_VIDEO), PoolOffer.serve(UseCase.TRUSTED_UI))
                .with(FakeBackend.NORMAL), -1);
        both.pools.forEach(pool -> pool.script.fail("allocate", new IllegalStateException("boom")));
        world.video().allocate(1).close();
        assertThat(world.video().backend()).isEqualTo("good");
        assertThat(world.heap("protected,trusted-ui").backend()).isEqualTo("both");
        world.queue.runAll();
    }

    @Test
    void aBufferMayGoOnWorkingAfterItsBackendFailed() {
        world.add(bad);
        addSuccessor();
        DmaBuf buffer = world.video().allocate(1);
        expectFailure("write", () -> buffer.write(0, MemorySegment.ofArray(new byte[1])));
        expectSwapped();
        buffer.write(0, MemorySegment.ofArray(new byte[1]));
        assertThat(buffer.record().backend()).isEqualTo("bad");
        buffer.close();
    }
}
