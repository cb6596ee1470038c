// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Random;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.BusFault;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** xtest's cases for the secure data path, on each kind of board. */
class SecureDataPathTest {
    private static final int SIZE = 17_000;
    private static final int LOOPS = 4;

    /** One board with a client, normal memory and restricted memory. */
    private static final class Scene implements AutoCloseable {
        final TestMachine machine;
        final TeeClient client;
        final Memory normal;
        final Memory restricted;

        Scene(Boards board) {
            machine = board.boot();
            client = board.client(machine);
            normal = client.share(SIZE);
            restricted = client.restricted(TestMachine.MIB, 1);
            // with FF-A the trusted OS remembers that memory was used once, whatever came of that
            int session = client.session(SecureDataPathApplication.ID);
            expect(client.invoke(session, 0, normal.in(), restricted.out()), TeeCode.SUCCESS);
            expect(client.close(session), TeeCode.SUCCESS);
        }

        /** Sends random bytes in, has them changed, gets them out. */
        void roundTrip(int session, int first) {
            Random random = new Random(7);
            byte[] clear = new byte[SIZE];
            for (int i = 0; i < LOOPS; i++) {
                random.nextBytes(clear);
                int offset = random.nextInt(256);
                machine.write(normal.address(), clear);
                expect(client.invoke(session, first, normal.in(), restricted.param(Param.OUTPUT, offset, SIZE)),
                        TeeCode.SUCCESS);
                expect(client.invoke(session, first + 1, restricted.param(Param.INOUT, offset, SIZE)),
                        TeeCode.SUCCESS);
                machine.write(normal.address(), new byte[SIZE]);
                expect(client.invoke(session, first + 2, restricted.param(Param.INPUT, offset, SIZE), normal.out()),
                        TeeCode.SUCCESS);
                byte[] out = machine.read(normal.address(), SIZE);
                for (int k = 0; k < SIZE; k++) {
                    assertThat(out[k]).isEqualTo((byte) (~clear[k] + 1));
                }
            }
        }

        @Override
        public void close() {
            machine.close();
        }
    }

    private static void expect(Reply reply, int code) {
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(code));
    }

    private static void expect(Reply reply, int code, TeeResult.Origin origin) {
        expect(reply, code);
        assertThat(reply.origin()).isEqualTo(origin.number());
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void anApplicationMovesDataThrough(Boards board) {
        try (var scene = new Scene(board)) {
            scene.roundTrip(scene.client.session(SecureDataPathApplication.ID), 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void anotherApplicationMovesDataThrough(Boards board) {
        try (var scene = new Scene(board)) {
            scene.roundTrip(scene.client.session(SecureDataPathApplication.ID), 3);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void thePseudoApplicationMovesDataThroughForAnApplication(Boards board) {
        try (var scene = new Scene(board)) {
            scene.roundTrip(scene.client.session(SecureDataPathApplication.ID), 6);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void thePseudoApplicationTakesNoRestrictedMemoryFromTheNormalWorld(Boards board) {
        try (var scene = new Scene(board)) {
            int session = scene.client.session(InvokeTestsApplication.ID);
            String before = scene.machine.state();
            expect(scene.client.invoke(session, InvokeTestsApplication.INJECT, scene.normal.in(),
                    scene.restricted.param(Param.OUTPUT, 0, SIZE)), TeeCode.BAD_PARAMETERS, TeeResult.Origin.TEE);
            expect(scene.client.invoke(session, InvokeTestsApplication.TRANSFORM,
                    scene.restricted.param(Param.INOUT, 0, SIZE)), TeeCode.BAD_PARAMETERS, TeeResult.Origin.TEE);
            expect(scene.client.invoke(session, InvokeTestsApplication.DUMP,
                    scene.restricted.param(Param.INPUT, 0, SIZE), scene.normal.out()),
                    TeeCode.BAD_PARAMETERS, TeeResult.Origin.TEE);
            assertThat(scene.machine.state()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void restrictedMemoryIsOutOfTheNormalWorldsReach(Boards board) {
        try (var scene = new Scene(board)) {
            scene.roundTrip(scene.client.session(SecureDataPathApplication.ID), 0);
            long at = scene.restricted.address();
            assertThatExceptionOfType(BusFault.class).isThrownBy(() -> scene.machine.read(at, 1));
            assertThatExceptionOfType(BusFault.class).isThrownBy(() -> scene.machine.write(at, new byte[1]));
            assertThatExceptionOfType(BusFault.class)
                    .isThrownBy(() -> scene.machine.device("eth-dma").fill(at, 1, (byte) 1));
            assertThatExceptionOfType(BusFault.class)
                    .isThrownBy(() -> scene.machine.device("display").fill(at, 1, (byte) 1));
            scene.machine.device("video-decoder").fill(at, 1, (byte) 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"FFA, -1, 2", "FFA, -1, 5000", "FFA, 0, 1", "FFA, 0, 4096", "FFA, 2, -1",
            "SMC, -1, 2", "SMC, -1, 5000", "SMC, 0, 1", "SMC, 0, 4096", "SMC, 2, -1",
            "STATIC, -1, 2", "STATIC, -1, 5000", "STATIC, 0, 1", "STATIC, 0, 4096", "STATIC, 2, -1"})
    void whatLeavesTheMemoryNeverReachesAnApplication(Boards board, long fromEnd, long length) {
        try (var scene = new Scene(board)) {
            int session = scene.client.session(SecureDataPathApplication.ID);
            long size = board == Boards.STATIC ? TestMachine.STATIC_SIZE : scene.restricted.size();
            long offset = fromEnd <= 0 ? size + fromEnd : fromEnd;
            String before = scene.machine.state();
            Reply reply = scene.client.invoke(session, 1, scene.restricted.param(Param.INOUT, offset, length));
            expect(reply, board == Boards.STATIC ? TeeCode.BAD_PARAMETERS : TeeCode.SECURITY, TeeResult.Origin.TEE);
            assertThat(scene.machine.state()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void theLastByteIsStillInside(Boards board) {
        try (var scene = new Scene(board)) {
            int session = scene.client.session(SecureDataPathApplication.ID);
            expect(scene.client.invoke(session, 1, scene.restricted.param(
                    Param.INOUT, scene.restricted.size() - 1, 1)), TeeCode.SUCCESS,
                    TeeResult.Origin.TRUSTED_APPLICATION);
        }
    }

    @ParameterizedTest
    @CsvSource({"FFA, 0", "FFA, 3", "FFA, 6", "SMC, 0", "SMC, 3", "SMC, 6", "STATIC, 0", "STATIC, 3", "STATIC, 6"})
    void theWrongKindOfMemoryIsRefused(Boards board, int first) {
        try (var scene = new Scene(board)) {
            int session = scene.client.session(SecureDataPathApplication.ID);
            int denied = first == 6 ? TeeCode.BAD_PARAMETERS : TeeCode.ACCESS_DENIED;
            Param in = scene.restricted.param(Param.INPUT, 0, 64);
            Param out = scene.restricted.param(Param.OUTPUT, 64, 64);
            expect(scene.client.invoke(session, first, in, out), denied);
            expect(scene.client.invoke(session, first, scene.normal.param(Param.INPUT, 0, 64),
                    scene.normal.param(Param.OUTPUT, 64, 64)), denied);
            expect(scene.client.invoke(session, first + 1, scene.normal.inout()), denied);
            expect(scene.client.invoke(session, first + 2, in, out), denied);
            expect(scene.client.invoke(session, first + 2, scene.normal.param(Param.INPUT, 0, 64),
                    scene.normal.param(Param.OUTPUT, 64, 64)), denied);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void commandsAndParametersAreChecked(Boards board) {
        try (var scene = new Scene(board)) {
            int session = scene.client.session(SecureDataPathApplication.ID);
            Param some = scene.restricted.param(Param.OUTPUT, 0, 16);
            expect(scene.client.invoke(session, 9), TeeCode.BAD_PARAMETERS);
            expect(scene.client.invoke(session, -1), TeeCode.BAD_PARAMETERS);
            expect(scene.client.invoke(session, 0), TeeCode.BAD_PARAMETERS);
            expect(scene.client.invoke(session, 0, some, scene.normal.in()), TeeCode.BAD_PARAMETERS);
            expect(scene.client.invoke(session, 1, scene.restricted.param(Param.OUTPUT, 0, 16)),
                    TeeCode.BAD_PARAMETERS);
            expect(scene.client.invoke(session, 0, scene.normal.in(), some), TeeCode.SHORT_BUFFER);
            expect(scene.client.invoke(session, 6, scene.normal.in(), some), TeeCode.SHORT_BUFFER);
            expect(scene.client.invoke(session, 0, scene.normal.in(), scene.restricted.out(), Param.none(),
                    Param.value(Param.INPUT, 1, 2)), TeeCode.BAD_PARAMETERS);
            int pseudo = scene.client.session(InvokeTestsApplication.ID);
            expect(scene.client.invoke(pseudo, 0), TeeCode.SUCCESS);
            expect(scene.client.invoke(pseudo, 1), TeeCode.BAD_PARAMETERS);
            expect(scene.client.invoke(pseudo, InvokeTestsApplication.TRANSFORM, scene.normal.inout()),
                    TeeCode.BAD_PARAMETERS);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Boards.class, names = {"FFA", "SMC"})
    void memoryThatIsGivenBackIsScrubbed(Boards board) {
        try (var scene = new Scene(board)) {
            int session = scene.client.session(SecureDataPathApplication.ID);
            scene.roundTrip(session, 0);
            expect(scene.client.close(session), TeeCode.SUCCESS);
            assertThat(scene.client.giveBack(scene.restricted)).isTrue();
            assertThat(scene.machine.read(scene.restricted.address(), SIZE + 256)).containsOnly(0);
            assertThat(scene.client.giveBack(scene.restricted)).isFalse();
        }
    }
}
