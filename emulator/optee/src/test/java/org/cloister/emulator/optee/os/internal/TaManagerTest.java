// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.emulator.optee.TaArgument;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPeer;
import org.cloister.emulator.optee.testing.Await;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.SmcTee;
import org.cloister.emulator.optee.testing.TestApplication;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.Direction;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions with applications: who gets in when, and what is left behind. */
class TaManagerTest {
    private static final TestApplication.Command NOTHING = (command, call) -> TeeCode.SUCCESS;

    private final TestMachine machine = TestMachine.ffa().threads(4).boot();
    private final FfaTee client = FfaTee.begin(machine);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private TestApplication add(TestApplication application) {
        assertThat(machine.add(application)).isTrue();
        return application;
    }

    private static void expect(Reply reply, int code, TeeResult.Origin origin) {
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(code));
        assertThat(reply.origin()).isEqualTo(origin.number());
    }

    private static void ofTee(Reply reply, int code) {
        expect(reply, code, TeeResult.Origin.TEE);
    }

    private static void ofApplication(Reply reply, int code) {
        expect(reply, code, TeeResult.Origin.TRUSTED_APPLICATION);
    }

    @Test
    void sessionsAreNumberedAndForgotten() {
        TestApplication application = add(new TestApplication(1, NOTHING));
        assertThat(client.session(application.uuid())).isEqualTo(1);
        assertThat(client.session(application.uuid())).isEqualTo(2);
        assertThat(client.session(application.uuid())).isEqualTo(3);
        assertThat(client.close(3).result()).isEqualTo(TeeCode.SUCCESS);
        assertThat(client.session(application.uuid())).isEqualTo(3);
        assertThat(client.close(1).result()).isEqualTo(TeeCode.SUCCESS);
        ofTee(client.close(1), TeeCode.ITEM_NOT_FOUND);
        ofTee(client.invoke(1, 0), TeeCode.BAD_PARAMETERS);
        ofTee(client.cancel(1), TeeCode.BAD_PARAMETERS);
        ofApplication(client.invoke(2, 0), TeeCode.SUCCESS);
        assertThat(application.created).hasValue(4);
        assertThat(application.destroyed).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, -1, 77})
    void anUnknownSessionIsRefused(int session) {
        String before = machine.state();
        ofTee(client.invoke(session, 0), TeeCode.BAD_PARAMETERS);
        ofTee(client.close(session), TeeCode.ITEM_NOT_FOUND);
        ofTee(client.cancel(session), TeeCode.BAD_PARAMETERS);
        assertThat(machine.state().replace("registered true", "registered false"))
                .isEqualTo(before.replace("registered true", "registered false"));
    }

    @Test
    void anUnknownApplicationIsNotFound() {
        Reply reply = client.open(new UUID(1, 2));
        ofTee(reply, TeeCode.ITEM_NOT_FOUND);
        assertThat(reply.session()).isZero();
    }

    @Test
    void openingNeedsWhoAndWhom() {
        UUID uuid = add(new TestApplication(1, NOTHING)).uuid();
        Param whom = Param.uuid(uuid, 0);
        Param who = Param.uuid(new UUID(0, 0), 0);
        List<Param[]> wrong = List.of(
                new Param[0], new Param[] {whom}, new Param[] {whom, Param.value(Param.INPUT, 0, 0)},
                new Param[] {Param.value(Param.INPUT, 0, 0), who},
                new Param[] {whom, Param.raw(0x102, 0, 0, 0)}, new Param[] {whom, who, whom},
                new Param[] {whom, who, Param.none(), Param.none(), Param.none(), Param.none(), Param.none()},
                new Param[] {whom, Param.uuid(uuid, 3)}, new Param[] {whom, Param.uuid(uuid, 0xF0000000)});
        for (Param[] parameters : wrong) {
            Reply reply = client.send(OpteeMessage.OPEN_SESSION, 0, 0, parameters);
            ofTee(reply, TeeCode.BAD_PARAMETERS);
            assertThat(reply.session()).isZero();
        }
        ofTee(client.send(OpteeMessage.CLOSE_SESSION, 0, 0, Param.none()), TeeCode.BAD_PARAMETERS);
        ofTee(client.send(OpteeMessage.CANCEL, 0, 0, Param.none()), TeeCode.BAD_PARAMETERS);
        assertThat(machine.state()).doesNotContain("session 1");
    }

    @Test
    void aCallHasFourParameters() {
        int session = client.session(add(new TestApplication(1, NOTHING)).uuid());
        Param one = Param.value(Param.INPUT, 1, 2);
        ofApplication(client.invoke(session, 0, one, one, one, one), TeeCode.SUCCESS);
        ofTee(client.invoke(session, 0, one, one, one, one, one), TeeCode.BAD_PARAMETERS);
        ofTee(client.invoke(session, 0, Param.raw(0x101, 0, 0, 0)), TeeCode.BAD_PARAMETERS);
        for (int type : new int[] {4, 8, 9, 10, 11, 12, 0xFF}) {
            ofTee(client.invoke(session, 0, Param.raw(type, 0, 0, 0)), TeeCode.BAD_PARAMETERS);
        }
    }

    @Test
    void valuesGoInAndOut() {
        int session = client.session(add(new TestApplication(1, (command, call) -> {
            call.require(TaParamType.VALUE_INPUT, TaParamType.VALUE_OUTPUT, TaParamType.VALUE_INOUT);
            assertThat(call.a(0)).isEqualTo(1);
            assertThat(call.b(0)).isEqualTo(2);
            call.value(0, 100, 100);
            call.value(1, -1, 7);
            call.value(2, call.a(2) + 1, call.b(2) + 1);
            return 0x1234;
        })).uuid());
        Reply reply = client.invoke(session, 0, Param.value(Param.INPUT, 1, 2), Param.value(Param.OUTPUT, 3, 4),
                Param.raw(Param.INOUT, 5, 6, 9));
        ofApplication(reply, 0x1234);
        assertThat(List.of(reply.a(0), reply.b(0))).containsExactly(1L, 2L);
        assertThat(List.of(reply.a(1), reply.b(1))).containsExactly(0xFFFFFFFFL, 7L);
        assertThat(List.of(reply.a(2), reply.b(2), reply.c(2))).containsExactly(6L, 7L, 9L);
    }

    @Test
    void memoryGoesInAndOut() {
        Memory memory = client.share(2 * TestMachine.PAGE);
        machine.write(memory.address() + 100, new byte[] {3, 4});
        int session = client.session(add(new TestApplication(1, (command, call) -> {
            TaMemory in = call.memory(0);
            byte[] got = new byte[2];
            in.read(0, MemorySegment.ofArray(got));
            assertThat(got).containsExactly(3, 4);
            assertThat(in.size()).isEqualTo(2);
            assertThat(call.memory(3).size()).isZero();
            call.memory(1).write(0, MemorySegment.ofArray(new byte[] {5, 6}));
            call.written(0, 1);
            call.written(1, 2);
            call.written(2, 3);
            return TeeCode.SUCCESS;
        })).uuid());
        Reply reply = client.invoke(session, 0, memory.param(Param.INPUT, 100, 2),
                memory.param(Param.OUTPUT, 200, 50), memory.inout(),
                (message, at) -> new Memory(Memory.How.HANDLE, 0, 0, -1).in().write(message, at));
        ofApplication(reply, TeeCode.SUCCESS);
        assertThat(List.of(reply.size(0), reply.size(1), reply.size(2))).containsExactly(2L, 2L, 3L);
        assertThat(machine.read(memory.address() + 200, 2)).containsExactly(5, 6);
    }

    @Test
    void anApplicationRefusesWithItsCode() {
        int session = client.session(add(new TestApplication(1, (command, call) -> {
            throw new TaException(command, "no");
        })).uuid());
        ofApplication(client.invoke(session, TeeCode.BAD_STATE), TeeCode.BAD_STATE);
        ofApplication(client.invoke(session, TeeCode.NO_DATA), TeeCode.NO_DATA);
        TestApplication shy = add(new TestApplication(2, NOTHING).opening((command, call) -> {
            throw new TaException(TeeCode.ACCESS_DENIED, "not you");
        }));
        Reply refused = client.open(shy.uuid());
        ofApplication(refused, TeeCode.ACCESS_DENIED);
        assertThat(refused.session()).isZero();
        assertThat(shy.destroyed).hasValue(1);
        assertThat(shy.closed).hasValue(0);
    }

    @Test
    void anApplicationThatPanicsIsDead() {
        TestApplication application = add(new TestApplication(1, (command, call) -> {
            if (command == 1) {
                throw new IllegalStateException("a bug");
            }
            return TeeCode.SUCCESS;
        }, TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION));
        int first = client.session(application.uuid());
        int second = client.session(application.uuid());
        ofTee(client.invoke(first, 1), TeeCode.TARGET_DEAD);
        ofTee(client.invoke(first, 0), TeeCode.TARGET_DEAD);
        ofTee(client.invoke(second, 0), TeeCode.TARGET_DEAD);
        assertThat(client.close(first).result()).isEqualTo(TeeCode.SUCCESS);
        assertThat(client.close(second).result()).isEqualTo(TeeCode.SUCCESS);
        assertThat(application.closed).hasValue(0);
        // a new session has a new instance
        ofApplication(client.invoke(client.session(application.uuid()), 0), TeeCode.SUCCESS);
        assertThat(application.created).hasValue(2);
    }

    @Test
    void leavingMemoryIsAPanic() {
        Memory memory = client.share(TestMachine.PAGE);
        TestApplication application = add(new TestApplication(1, (command, call) -> {
            call.memory(0).read(1, MemorySegment.ofArray(new byte[(int) call.memory(0).size()]));
            return TeeCode.SUCCESS;
        }));
        ofTee(client.invoke(client.session(application.uuid()), 0, memory.in()), TeeCode.TARGET_DEAD);
        assertThat(machine.state()).contains("uses 0");
    }

    @Test
    void aSingleInstanceHasOneSessionUnlessItSaysMore() {
        TestApplication one = add(new TestApplication(1, NOTHING, TaFlag.SINGLE_INSTANCE));
        int session = client.session(one.uuid());
        ofTee(client.open(one.uuid()), TeeCode.BUSY);
        client.close(session);
        client.close(client.session(one.uuid()));
        assertThat(one.created).hasValue(2);
        assertThat(one.destroyed).hasValue(2);

        TestApplication kept = add(new TestApplication(
                2, NOTHING, TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION, TaFlag.KEEP_ALIVE));
        int first = client.session(kept.uuid());
        client.close(client.session(kept.uuid()));
        client.close(first);
        client.close(client.session(kept.uuid()));
        assertThat(kept.created).hasValue(1);
        assertThat(kept.destroyed).hasValue(0);
        assertThat(kept.closed).hasValue(3);
    }

    @Test
    void restrictedMemoryIsForThoseWhoMayHaveIt() {
        Memory restricted = client.restricted(TestMachine.MIB, 1);
        int plain = client.session(add(new TestApplication(1, NOTHING)).uuid());
        int allowed = client.session(add(new TestApplication(2, NOTHING, TaFlag.SECURE_DATA_PATH)).uuid());
        ofTee(client.invoke(plain, 0, restricted.in()), TeeCode.BAD_PARAMETERS);
        ofTee(client.open(add(new TestApplication(3, NOTHING)).uuid(), restricted.out()), TeeCode.BAD_PARAMETERS);
        ofApplication(client.invoke(plain, 0, restricted.param(Param.INPUT, 5, 0)), TeeCode.SUCCESS);
        ofApplication(client.invoke(allowed, 0, restricted.in()), TeeCode.SUCCESS);
        assertThat(client.giveBack(restricted)).isTrue();
    }

    @Test
    void memoryOfACallIsNotKept() {
        Memory memory = client.share(TestMachine.PAGE);
        AtomicReference<TaMemory> kept = new AtomicReference<>();
        int session = client.session(add(new TestApplication(1, (command, call) -> {
            if (command == 0) {
                kept.set(call.memory(0));
            } else {
                kept.get().read(0, MemorySegment.ofArray(new byte[1]));
            }
            return TeeCode.SUCCESS;
        })).uuid());
        ofApplication(client.invoke(session, 0, memory.in()), TeeCode.SUCCESS);
        ofTee(client.invoke(session, 1), TeeCode.TARGET_DEAD);
    }

    @Test
    void theFourthApplicationInARowIsTheLast() {
        TestApplication[] chain = new TestApplication[6];
        for (int i = 5; i >= 0; i--) {
            Optional<UUID> next = i < 5 ? Optional.of(chain[i + 1].uuid()) : Optional.empty();
            chain[i] = add(new TestApplication(10 + i, (command, call) -> next
                    .map(uuid -> call.open(uuid).invoke(call, 0).code()).orElse(TeeCode.SUCCESS)));
        }
        ofApplication(client.invoke(client.session(chain[2].uuid()), 0), TeeCode.SUCCESS);
        ofApplication(client.invoke(client.session(chain[1].uuid()), 0), TeeCode.OUT_OF_MEMORY);
        assertThat(chain[5].opened).hasValue(1);
    }

    @Test
    void anApplicationThatCallsItselfIsBusy() {
        UUID self = new UUID(0x1122_3344_5566_7788L, 1);
        int session = client.session(add(new TestApplication(1, (command, call) -> {
            call.open(self);
            return TeeCode.SUCCESS;
        }, TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION)).uuid());
        ofApplication(client.invoke(session, 0), TeeCode.BUSY);
        ofApplication(client.invoke(session, 0), TeeCode.BUSY);
    }

    @Test
    void applicationsPassEachOtherWhatTheyWereGiven() {
        Memory memory = client.share(TestMachine.PAGE);
        machine.write(memory.address(), new byte[] {42});
        TestApplication inner = add(new TestApplication(1, (command, call) -> {
            assertThat(call.clientLogin()).isEqualTo(TaCall.LOGIN_TRUSTED_APPLICATION);
            call.value(0, call.a(0) * 2, call.b(0));
            call.memory(1).write(0, MemorySegment.ofArray(new byte[] {(byte) command}));
            call.written(1, 1);
            return command;
        }));
        int session = client.session(add(new TestApplication(2, (command, call) -> {
            TaPeer peer = call.open(inner.uuid());
            var answer = peer.invoke(call, 5, new TaArgument.Value(21, 1, Direction.INOUT),
                    new TaArgument.Memory(call.memory(0), Direction.OUTPUT), new TaArgument.None());
            assertThat(answer.values().get(0).a()).isEqualTo(42);
            assertThat(answer.sizes().get(1)).isEqualTo(1);
            assertThat(answer.origin()).isEqualTo(TeeResult.Origin.TRUSTED_APPLICATION);
            peer.close(call);
            peer.close(call);
            assertThat(peer.invoke(call, 5).code()).isEqualTo(TeeCode.BAD_PARAMETERS);
            return answer.code();
        })).uuid());
        ofApplication(client.invoke(session, 0, memory.out()), 5);
        assertThat(machine.read(memory.address(), 1)).containsExactly(5);
        assertThat(inner.closed).hasValue(1);
    }

    @Test
    void sessionsWithOthersEndWithTheInstance() {
        TestApplication inner = add(new TestApplication(1, NOTHING));
        TestApplication outer = add(new TestApplication(2, (command, call) -> {
            call.open(inner.uuid());
            if (command == 1) {
                throw new IllegalStateException("a bug");
            }
            return TeeCode.SUCCESS;
        }));
        int session = client.session(outer.uuid());
        client.invoke(session, 0);
        client.invoke(session, 0);
        assertThat(inner.opened).hasValue(2);
        client.close(session);
        assertThat(inner.closed).hasValue(2);
        assertThat(inner.destroyed).hasValue(2);
        ofTee(client.invoke(client.session(outer.uuid()), 1), TeeCode.TARGET_DEAD);
        assertThat(inner.closed).hasValue(3);
    }

    @Test
    void oneOfAUuidIsEnough() {
        TestApplication application = add(new TestApplication(1, NOTHING));
        TestApplication other = new TestApplication(1, NOTHING);
        assertThat(machine.add(other)).isFalse();
        machine.remove(other);
        ofApplication(client.invoke(client.session(application.uuid()), 0), TeeCode.SUCCESS);
    }

    @Test
    void whatIsWithdrawnIsDeadAndGone() {
        TestApplication inner = add(new TestApplication(1, NOTHING));
        TestApplication outer = add(new TestApplication(2, (command, call) -> {
            call.open(inner.uuid());
            return TeeCode.SUCCESS;
        }));
        int session = client.session(outer.uuid());
        client.invoke(session, 0);
        machine.remove(outer);
        ofTee(client.invoke(session, 0), TeeCode.TARGET_DEAD);
        ofTee(client.open(outer.uuid()), TeeCode.ITEM_NOT_FOUND);
        assertThat(outer.destroyed).hasValue(1);
        assertThat(inner.destroyed).hasValue(1);
        assertThat(client.close(session).result()).isEqualTo(TeeCode.SUCCESS);
        add(outer);
        ofApplication(client.invoke(client.session(outer.uuid()), 0), TeeCode.SUCCESS);
    }

    @Test
    void aCommandIsCancelledFromOutside() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        UUID uuid = add(new TestApplication(1, (command, call) -> {
            assertThat(call.isCancelled()).isFalse();
            inside.countDown();
            Await.open(asked);
            return call.isCancelled() ? TeeCode.CANCEL : TeeCode.SUCCESS;
        })).uuid();
        int session = client.session(uuid);
        var result = new AtomicReference<Reply>();
        Thread caller = Thread.ofPlatform().start(() -> result.set(client.invoke(session, 0)));
        Await.open(inside);
        assertThat(client.join().cancel(session).result()).isEqualTo(TeeCode.SUCCESS);
        asked.countDown();
        caller.join();
        ofApplication(result.get(), TeeCode.CANCEL);
        assertThat(machine.state()).contains("cancelled false");
    }

    @Test
    @Timeout(60)
    void commandsThatPollLeaveAProcessorToWhoeverCancels() throws InterruptedException {
        int processors = Math.min(Runtime.getRuntime().availableProcessors(), 63);
        try (TestMachine own = TestMachine.ffa().threads(processors + 1).boot()) {
            FfaTee driver = FfaTee.begin(own);
            CountDownLatch inside = new CountDownLatch(processors);
            var application = new TestApplication(1, (command, call) -> {
                inside.countDown();
                while (!call.isCancelled()) {
                    Thread.onSpinWait();
                }
                return TeeCode.CANCEL;
            });
            assertThat(own.add(application)).isTrue();
            List<Integer> sessions = new ArrayList<>();
            List<Reply> replies = new CopyOnWriteArrayList<>();
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < processors; i++) {
                int session = driver.session(application.uuid());
                FfaTee client = driver.join();
                sessions.add(session);
                callers.add(Thread.ofPlatform().daemon().start(() -> replies.add(client.invoke(session, 0))));
            }
            Await.open(inside);
            for (int session : sessions) {
                assertThat(driver.cancel(session).result()).isEqualTo(TeeCode.SUCCESS);
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(replies).hasSize(processors).allSatisfy(reply -> ofApplication(reply, TeeCode.CANCEL));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Boards.class, names = {"FFA", "SMC"})
    void callsOfOneSessionWaitForEachOther(Boards board) throws InterruptedException {
        try (TestMachine own = board.boot()) {
            var driver = board.client(own);
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            List<Integer> order = new CopyOnWriteArrayList<>();
            var application = new TestApplication(1, (command, call) -> {
                order.add(command);
                if (command == 1) {
                    inside.countDown();
                    Await.open(go);
                }
                return TeeCode.SUCCESS;
            });
            assertThat(own.add(application)).isTrue();
            int session = driver.session(application.uuid());
            var second = board == Boards.FFA
                    ? ((FfaTee) driver).join() : SmcTee.on(own);
            Thread first = Thread.ofPlatform().start(() -> driver.invoke(session, 1));
            Await.open(inside);
            Thread waiting = Thread.ofPlatform().start(() -> second.invoke(session, 2));
            // the second call is in the trusted OS, and asked to be woken
            Await.until("the second call waits", () -> !second.requests().isEmpty());
            assertThat(order).containsExactly(1);
            go.countDown();
            first.join();
            waiting.join();
            assertThat(order).containsExactly(1, 2);
            assertThat(own.state()).startsWith("threads FREE FREE");
        }
    }
}
