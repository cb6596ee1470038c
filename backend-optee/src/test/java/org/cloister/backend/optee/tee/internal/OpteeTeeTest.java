// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.optee.internal.BackendFixture.refused;
import static org.cloister.backend.optee.internal.TestApplication.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.cloister.backend.Pool;
import org.cloister.backend.optee.internal.BackendFixture;
import org.cloister.backend.optee.internal.DisturbedConduit;
import org.cloister.backend.optee.internal.TestApplication;
import org.cloister.backend.optee.internal.TestBoard.Kind;
import org.cloister.backend.optee.internal.TestBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OpteeTeeTest {
    private static final long PAGE = 4096;
    private static final UUID SDP = UUID.fromString("12345678-5b69-11e4-9dbb-101f74f00099");
    private static final int INJECT = 0;
    private static final int TRANSFORM = 1;
    private static final int DUMP = 2;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private BackendFixture f;
    private OpteeTee tee;
    private long taken;

    private void on(Kind kind) {
        f = new BackendFixture(kind);
        tee = f.tee();
        tee.open(TestApplication.ID, Login.PUBLIC).close(); // so that the pages of messages are there
        taken = f.board.taken();
    }

    @AfterEach
    void off() {
        threads.shutdownNow();
        f.close();
    }

    private void nothingIsLeft() {
        assertThat(f.board.taken()).isEqualTo(taken);
    }

    private static Param.Value value(int a, int b) {
        return new Param.Value(a, b, Direction.INPUT);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC", "STATIC"})
    void tellsWhatItIs(Kind kind) {
        on(kind);
        assertThat(tee.id()).isEqualTo("optee");
        assertThat(tee.version().implementation()).isEqualTo(TeeVersion.OPTEE);
        assertThat(tee.version().name()).isEqualTo(kind == Kind.FFA ? "OP-TEE 4.10 by FF-A 1.2" : "OP-TEE 4.10 by SMC");
        assertThat(tee.version().capabilities()).containsExactlyInAnyOrder(TeeVersion.Capability.GLOBAL_PLATFORM,
                TeeVersion.Capability.REGISTERED_MEMORY, TeeVersion.Capability.NULL_MEMORY);
        assertThat(tee.memoryApplication()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC", "STATIC"})
    void passesValuesBothWays(Kind kind) {
        on(kind);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            assertThat(session.application()).isEqualTo(TestApplication.ID);
            TeeResult result = session.invoke(TestApplication.SUM, new Param.Value(-1, 3, Direction.INOUT));
            assertThat(result.isSuccess()).isTrue();
            assertThat(result.origin()).isEqualTo(TeeResult.Origin.TRUSTED_APPLICATION);
            assertThat(result.value(0)).isEqualTo(new Param.Value(2, -4, Direction.INOUT));
            assertThat(result.params()).hasSize(4).endsWith(Param.NONE, Param.NONE, Param.NONE);
        }
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC", "STATIC"})
    void passesTemporaryMemory(Kind kind) {
        on(kind);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            MemorySegment out = MemorySegment.ofArray(new byte[8]);
            TeeResult result = session.invoke(TestApplication.ECHO, new Param.Temporary(bytes(1, 2, 3), Direction.INPUT),
                    new Param.Temporary(out, Direction.OUTPUT));
            result.orElseThrow("echo");
            var written = (Param.Temporary) result.params().get(1);
            assertThat(written.memory().byteSize()).isEqualTo(3);
            assertThat(out.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 2, 3, 0, 0, 0, 0, 0);
        }
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void largeTemporaryMemoryGetsThere(Kind kind) {
        on(kind);
        byte[] large = new byte[3 << 20];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 >>> 3);
        }
        MemorySegment out = MemorySegment.ofArray(new byte[large.length]);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            session.invoke(TestApplication.ECHO, new Param.Temporary(MemorySegment.ofArray(large), Direction.INPUT),
                    new Param.Temporary(out, Direction.OUTPUT)).orElseThrow("echo");
        }
        assertThat(out.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(large);
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void memoryThatIsTooSmallIsSaidToBe(Kind kind) {
        on(kind);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC);
                SharedMemory small = tee.allocate(100, Direction.INOUT)) {
            TeeResult result = session.invoke(TestApplication.ECHO, new Param.Temporary(bytes(1, 2, 3), Direction.INPUT),
                    new Param.Memory(small, 10, 2, Direction.OUTPUT));
            assertThat(result.code()).isEqualTo(TeeCode.SHORT_BUFFER);
            assertThat(((Param.Memory) result.params().get(1)).size()).as("wanted").isEqualTo(3);
            MemorySegment two = MemorySegment.ofArray(new byte[2]);
            result = session.invoke(TestApplication.ECHO, new Param.Temporary(bytes(1, 2, 3), Direction.INPUT),
                    new Param.Temporary(two, Direction.OUTPUT));
            assertThat(result.code()).isEqualTo(TeeCode.SHORT_BUFFER);
            assertThat(two.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void memoryOfNoBytesIsNoMemory(Kind kind) {
        on(kind);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            TeeResult result = session.invoke(TestApplication.ECHO, new Param.Temporary(bytes(), Direction.INPUT),
                    new Param.Temporary(bytes(), Direction.OUTPUT));
            assertThat(result.isSuccess()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC", "STATIC"})
    void sharesMemoryUntilItIsClosed(Kind kind) {
        on(kind);
        SharedMemory memory = tee.allocate(2 * PAGE + 5, Direction.INOUT);
        assertThat(memory.size()).isEqualTo(2 * PAGE + 5);
        MemorySegment segment = memory.segment().orElseThrow();
        assertThat(segment.byteSize()).isEqualTo(2 * PAGE + 5);
        assertThat(segment.mismatch(MemorySegment.ofArray(new byte[(int) segment.byteSize()]))).as("zeroed").isEqualTo(-1);
        segment.set(ValueLayout.JAVA_BYTE, 2 * PAGE, (byte) 9);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            TeeResult result = session.invoke(TestApplication.ECHO,
                    new Param.Memory(memory, 2 * PAGE, 5, Direction.INPUT),
                    new Param.Memory(memory, 100, 50, Direction.OUTPUT));
            assertThat(((Param.Memory) result.orElseThrow("echo").params().get(1)).size()).isEqualTo(5);
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 100)).isEqualTo((byte) 9);
            memory.close();
            memory.close();
            refused(HeapError.CLOSED, () -> session.invoke(TestApplication.ECHO, Param.Memory.all(memory)));
        }
        Assertions.assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        nothingIsLeft();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE})
    void refusesToShareWhatCannotBe(long size) {
        on(Kind.FFA);
        refused(HeapError.INVALID_ARGUMENT, () -> tee.allocate(size, Direction.INOUT));
        nothingIsLeft();
    }

    @Test
    void refusesToShareMoreThanThereIs() {
        on(Kind.FFA);
        refused(HeapError.INVALID_ARGUMENT, () -> tee.allocate(1L << 40, Direction.INOUT));
        refused(HeapError.NO_MEMORY, () -> tee.allocate(f.board.area().size(), Direction.INOUT));
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC", "STATIC"})
    void aBufferIsFilledChangedAndReadInTheSecureWorldOnly(Kind kind) {
        on(kind);
        Pool pool = f.open(UseCase.SECURE_VIDEO);
        pool.allocate(PAGE, PAGE); // so that the buffer does not begin with the chunk
        var buffer = new TestBuffer(pool, 2 * PAGE);
        SharedMemory registered = tee.register(buffer, Direction.INOUT);
        buffer.close();
        assertThat(buffer.isFreed()).as("the registration keeps it").isFalse();
        assertThat(registered.size()).isEqualTo(2 * PAGE);
        assertThat(registered.segment()).isEmpty();
        MemorySegment clear = MemorySegment.ofArray("a key that nobody may see".getBytes());
        try (TeeSession session = tee.open(SDP, Login.PUBLIC)) {
            session.invoke(INJECT, new Param.Temporary(clear, Direction.INPUT),
                    new Param.Memory(registered, PAGE + 7, clear.byteSize(), Direction.OUTPUT)).orElseThrow("inject");
            session.invoke(TRANSFORM, new Param.Memory(registered, PAGE + 7, clear.byteSize(), Direction.INOUT))
                    .orElseThrow("transform");
            MemorySegment out = MemorySegment.ofArray(new byte[(int) clear.byteSize()]);
            session.invoke(DUMP, new Param.Memory(registered, PAGE + 7, clear.byteSize(), Direction.INPUT),
                    new Param.Temporary(out, Direction.OUTPUT)).orElseThrow("dump");
            for (long i = 0; i < clear.byteSize(); i++) {
                assertThat(out.get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) -clear.get(ValueLayout.JAVA_BYTE, i));
            }
        }
        registered.close();
        assertThat(buffer.isFreed()).isTrue();
        refused(HeapError.CLOSED, () -> tee.register(buffer, Direction.INOUT));
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void aChunkGoesBackThoughATrustedApplicationUsedIt(Kind kind) {
        on(kind);
        Pool pool = f.open(UseCase.SECURE_VIDEO);
        try (var buffer = new TestBuffer(pool, PAGE);
                SharedMemory registered = tee.register(buffer, Direction.INOUT);
                TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            session.invoke(TestApplication.FILL, Param.Memory.all(registered), value(0x5A, 1)).orElseThrow("fill");
        }
        assertThat(f.lentRegions()).isZero();
        assertThat(f.host.quarantines).isEmpty();
    }

    @Test
    void boundsAreCheckedBeforeAnyCall() {
        on(Kind.FFA);
        var buffer = new TestBuffer(f.open(UseCase.SECURE_VIDEO), PAGE);
        SharedMemory registered = tee.register(buffer, Direction.INPUT);
        f.board.conduit().log();
        for (long[] bad : List.of(new long[] {PAGE - 1, 2}, new long[] {PAGE - 1, 5000}, new long[] {PAGE, 1},
                new long[] {PAGE, 4096}, new long[] {2, -1}, new long[] {-1, 1}, new long[] {Long.MAX_VALUE, 1},
                new long[] {1, Long.MAX_VALUE})) {
            refused(HeapError.OUT_OF_BOUNDS, () -> new Param.Memory(registered, bad[0], bad[1], Direction.INPUT));
        }
        refused(HeapError.INVALID_ARGUMENT, () -> new Param.Memory(registered, 0, 1, Direction.OUTPUT));
        assertThat(f.board.conduit().log()).isEmpty();
    }

    @Test
    void refusesBuffersThatThisOpteeDoesNotKnow() {
        on(Kind.FFA);
        try (var other = new BackendFixture(Kind.STATIC)) {
            var foreign = new TestBuffer(other.open(UseCase.SECURE_VIDEO), PAGE);
            f.board.conduit().log();
            HeapException e = refused(HeapError.INVALID_ARGUMENT, () -> tee.register(foreign, Direction.INOUT));
            assertThat(e.why()).contains("does not know");
            assertThat(f.board.conduit().log()).isEmpty();
            foreign.close();
            assertThat(foreign.isFreed()).as("it is let go of").isTrue();
        }
        var silent = new TestBuffer(new SilentPool(f.open(UseCase.SECURE_VIDEO)), PAGE);
        refused(HeapError.INVALID_ARGUMENT, () -> tee.register(silent, Direction.INOUT));
    }

    @Test
    void refusesBuffersWhileCoreIsNotThere() {
        on(Kind.FFA);
        var buffer = new TestBuffer(f.open(UseCase.SECURE_VIDEO), PAGE);
        f.disconnect();
        refused(HeapError.UNAVAILABLE, () -> tee.register(buffer, Direction.INOUT));
    }

    @Test
    void refusesMemoryOfAnotherTee() {
        on(Kind.FFA);
        SharedMemory foreign = new SharedMemory() {
            @Override
            public long size() {
                return 16;
            }

            @Override
            public Direction direction() {
                return Direction.INOUT;
            }

            @Override
            public Optional<MemorySegment> segment() {
                return Optional.empty();
            }

            @Override
            public void close() {
            }
        };
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            f.board.conduit().log();
            refused(HeapError.INVALID_ARGUMENT, () -> session.invoke(TestApplication.ECHO, Param.Memory.all(foreign)));
            assertThat(f.board.conduit().log()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void saysWhyASessionIsNotOpened(Kind kind) {
        on(kind);
        HeapException e = refused(HeapError.FIRMWARE_REFUSED, () -> tee.open(new UUID(1, 2), Login.PUBLIC));
        assertThat(e.why()).contains("ITEM_NOT_FOUND").contains("TEE");
        e = refused(HeapError.FIRMWARE_REFUSED,
                () -> tee.open(TestApplication.ID, Login.PUBLIC, value(TeeCode.ACCESS_DENIED, 0)));
        assertThat(e.why()).contains("ACCESS_DENIED").contains("TRUSTED_APPLICATION");
        refused(HeapError.INVALID_ARGUMENT, () -> tee.open(TestApplication.ID, Login.PUBLIC, Param.NONE, Param.NONE,
                Param.NONE, Param.NONE, Param.NONE));
        nothingIsLeft();
    }

    @Test
    void opensSessionsAsUsersAndGroups() {
        on(Kind.FFA);
        tee.open(TestApplication.ID, new Login.User(1000)).close();
        tee.open(TestApplication.ID, new Login.Group(44)).close();
    }

    @Test
    void namesClientsAsLinuxDoes() {
        on(Kind.FFA);
        assertThat(ClientUuid.of(Login.PUBLIC)).isEqualTo(new UUID(0, 0));
        UUID user = ClientUuid.of(new Login.User(1000));
        assertThat(user.version()).isEqualTo(5);
        assertThat(user.variant()).isEqualTo(2);
        assertThat(user).isEqualTo(ClientUuid.of(new Login.User(0x3e8)))
                .isNotEqualTo(ClientUuid.of(new Login.Group(1000)))
                .isNotEqualTo(ClientUuid.of(new Login.User(1001)));
    }

    @ParameterizedTest
    @ValueSource(ints = {TeeCode.GENERIC, TeeCode.BAD_STATE, TeeCode.SECURITY, 0x1234})
    void passesOnWhatTheApplicationAnswers(int code) {
        on(Kind.SMC);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            TeeResult result = session.invoke(TestApplication.CODE, value(code, 0));
            assertThat(result.code()).isEqualTo(code);
            assertThat(result.origin()).isEqualTo(TeeResult.Origin.TRUSTED_APPLICATION);
            assertThat(session.invoke(99).code()).isEqualTo(TeeCode.NOT_IMPLEMENTED);
        }
    }

    @Test
    void aPanicEndsTheSessionAndNothingElse() {
        on(Kind.FFA);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC);
                TeeSession other = tee.open(TestApplication.ID, Login.PUBLIC)) {
            assertThat(session.invoke(TestApplication.PANIC).code()).isEqualTo(TeeCode.TARGET_DEAD);
            assertThat(session.invoke(TestApplication.SUM, new Param.Value(1, 1, Direction.INOUT)).code())
                    .isEqualTo(TeeCode.TARGET_DEAD);
            assertThat(other.invoke(TestApplication.SUM, new Param.Value(1, 1, Direction.INOUT)).isSuccess()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC", "STATIC"})
    void givesOpteeMemoryThatItAsksFor(Kind kind) {
        on(kind);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            for (int size : List.of(1, 4096, 4097, 1 << 20, 3 << 20)) {
                session.invoke(TestApplication.BORROW, value(size, 0)).orElseThrow("borrow " + size);
            }
            assertThat(session.invoke(TestApplication.BORROW, value(1 << 30, 0)).code())
                    .isEqualTo(TeeCode.OUT_OF_MEMORY);
        }
        nothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void aCallCanBeCancelled(Kind kind) throws Exception {
        on(kind);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            CountDownLatch waits = TestApplication.nextWait();
            var operation = new TeeOperation();
            Future<TeeResult> call = threads.submit(() -> session.invoke(TestApplication.WAIT, operation));
            assertThat(waits.await(50, TimeUnit.SECONDS)).isTrue();
            operation.cancel();
            assertThat(call.get(50, TimeUnit.SECONDS).code()).isEqualTo(TeeCode.CANCEL);
            refused(HeapError.INVALID_ARGUMENT, () -> session.invoke(TestApplication.SUM, operation));
        }
    }

    @Test
    void closingASessionCancelsItsCalls() throws Exception {
        on(Kind.FFA);
        TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC);
        CountDownLatch waits = TestApplication.nextWait();
        Future<TeeResult> call = threads.submit(() -> session.invoke(TestApplication.WAIT));
        assertThat(waits.await(50, TimeUnit.SECONDS)).isTrue();
        session.close();
        session.close();
        assertThat(call.get(50, TimeUnit.SECONDS).code()).isEqualTo(TeeCode.CANCEL);
        refused(HeapError.CLOSED, () -> session.invoke(TestApplication.SUM));
    }

    @Test
    void closingMemoryWaitsForTheCallThatUsesIt() throws Exception {
        on(Kind.FFA);
        SharedMemory memory = tee.allocate(16, Direction.INOUT);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            CountDownLatch waits = TestApplication.nextWait();
            var operation = new TeeOperation(Param.Memory.all(memory));
            Future<TeeResult> call = threads.submit(() -> session.invoke(TestApplication.WAIT, operation));
            assertThat(waits.await(50, TimeUnit.SECONDS)).isTrue();
            Future<?> close = threads.submit(memory::close);
            memory.segment().orElseThrow().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            assertThat(close).isNotDone();
            operation.cancel();
            close.get(50, TimeUnit.SECONDS);
            call.get(50, TimeUnit.SECONDS);
        }
        nothingIsLeft();
    }

    @Test
    void aRevokedBufferIsNotUsedAnyMoreAndCallsThatUseItAreCancelled() throws Exception {
        on(Kind.FFA);
        var buffer = new TestBuffer(f.open(UseCase.SECURE_VIDEO), PAGE);
        SharedMemory registered = tee.register(buffer, Direction.INOUT);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            CountDownLatch waits = TestApplication.nextWait();
            Future<TeeResult> call = threads.submit(
                    () -> session.invoke(TestApplication.WAIT, Param.Memory.all(registered)));
            assertThat(waits.await(50, TimeUnit.SECONDS)).isTrue();
            buffer.revoke();
            assertThat(call.get(50, TimeUnit.SECONDS).code()).isEqualTo(TeeCode.CANCEL);
            assertThat(f.lentRegions()).as("the chunk went back").isZero();
            assertThat(f.host.quarantines).isEmpty();
            refused(HeapError.REVOKED, () -> session.invoke(TestApplication.FILL, Param.Memory.all(registered)));
        }
        registered.close();
    }

    @Test
    void aBundleThatStopsLeavesNothingBehind() throws Exception {
        on(Kind.FFA);
        TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC);
        SharedMemory memory = tee.allocate(PAGE, Direction.INOUT);
        var buffer = new TestBuffer(f.open(UseCase.SECURE_VIDEO), PAGE);
        SharedMemory registered = tee.register(buffer, Direction.INOUT);
        buffer.close();
        CountDownLatch waits = TestApplication.nextWait();
        Future<TeeResult> call = threads.submit(() -> session.invoke(TestApplication.WAIT, Param.Memory.all(memory)));
        assertThat(waits.await(50, TimeUnit.SECONDS)).isTrue();
        tee.close();
        assertThat(call.get(50, TimeUnit.SECONDS).code()).isEqualTo(TeeCode.CANCEL);
        assertThat(buffer.isFreed()).isTrue();
        nothingIsLeft();
        refused(HeapError.CLOSED, () -> session.invoke(TestApplication.SUM));
        refused(HeapError.CLOSED, () -> tee.open(TestApplication.ID, Login.PUBLIC));
        refused(HeapError.CLOSED, () -> tee.allocate(1, Direction.INOUT));
        refused(HeapError.CLOSED, () -> tee.register(buffer, Direction.INOUT));
        assertThat(registered.size()).isEqualTo(PAGE);
        try (OpteeTee another = f.tee(); TeeSession other = another.open(TestApplication.ID, Login.PUBLIC)) {
            assertThat(other.invoke(TestApplication.SUM, new Param.Value(1, 1, Direction.INOUT)).isSuccess()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void moreCallersThanThreadsAllGetServed(Kind kind) throws Exception {
        on(kind);
        List<Future<Integer>> callers = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            int own = t;
            callers.add(threads.submit(() -> {
                int done = 0;
                try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
                    for (int i = 0; i < 100; i++) {
                        TeeResult result = session.invoke(TestApplication.SUM, new Param.Value(own, i, Direction.INOUT));
                        done += result.value(0).a() == own + i ? 1 : 0;
                    }
                }
                return done;
            }));
        }
        for (Future<Integer> caller : callers) {
            assertThat(caller.get(50, TimeUnit.SECONDS)).isEqualTo(100);
        }
    }

    @Test
    void anAnswerWithoutOriginOrWithOneThatIsNoneIsRefused() {
        on(Kind.FFA);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            for (int origin : List.of(0, 5, -1)) {
                f.board.conduit().tamper(OpteeMessage.INVOKE_COMMAND, at -> f.board.cpu().writeInt(at + 24, origin));
                refused(HeapError.PROTOCOL, () -> session.invoke(TestApplication.SUM, value(1, 1)));
                f.board.conduit().heal();
            }
        }
    }

    @Test
    void aSizeThatIsNegativeIsRefused() {
        on(Kind.SMC);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC);
                SharedMemory memory = tee.allocate(16, Direction.INOUT)) {
            f.board.conduit().tamper(OpteeMessage.INVOKE_COMMAND, at -> f.board.cpu().writeLong(at + 32 + 16, -16));
            refused(HeapError.PROTOCOL, () -> session.invoke(TestApplication.FILL, Param.Memory.all(memory), value(1, 0)));
        }
    }

    @Test
    void deadFirmwareEndsCallsAndClosingStillWorks() {
        on(Kind.FFA);
        TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC);
        SharedMemory memory = tee.allocate(PAGE, Direction.INOUT);
        f.board.conduit().instead(r -> true, r -> {
            throw new HeapException(HeapError.FIRMWARE_DEAD, "call firmware", "it", "it hangs", "restart it");
        });
        refused(HeapError.FIRMWARE_DEAD, () -> session.invoke(TestApplication.SUM));
        refused(HeapError.FIRMWARE_DEAD, () -> tee.open(TestApplication.ID, Login.PUBLIC));
        refused(HeapError.FIRMWARE_DEAD, () -> tee.allocate(1, Direction.INOUT));
        session.close();
        memory.close();
        tee.close();
        assertThat(f.board.taken()).as("pages that the secure world may know stay taken").isGreaterThan(taken);
    }

    @Test
    void threadsThatStayInUseAreATimeOutInTheEnd() {
        on(Kind.FFA);
        f.board.conduit().instead(f.board.conduit().message(OpteeMessage.INVOKE_COMMAND),
                r -> DisturbedConduit.respond(r, TeeCode.BUSY, 0, 0));
        var session = new OpteeSession(f.successor(Duration.ofMillis(10)), TestApplication.ID, 1, closed -> { });
        HeapException e = refused(HeapError.TIMED_OUT, () -> session.invoke(TestApplication.SUM));
        assertThat(e.why()).contains("10 ms");
    }

    @Test
    void aCallThatOpteeLosesIsAProtocolError() {
        on(Kind.FFA);
        try (TeeSession session = tee.open(TestApplication.ID, Login.PUBLIC)) {
            f.board.conduit().instead(DisturbedConduit.service(OpteeFfa.RESUME),
                    r -> DisturbedConduit.respond(r, TeeCode.BAD_PARAMETERS, 0, 0));
            refused(HeapError.PROTOCOL, () -> session.invoke(TestApplication.BORROW, value(16, 0)));
            f.board.conduit().heal();
        }
    }
}
