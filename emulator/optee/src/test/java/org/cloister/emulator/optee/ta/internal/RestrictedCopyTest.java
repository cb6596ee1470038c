// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.layout.RestrictedCopy;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is restricted is copied to where nobody can do more with it, and to nowhere else. */
class RestrictedCopyTest {
    private static final int SIZE = 40_000; // some pieces, and a part of one
    private static final int VIDEO = 1;
    private static final int UI = 2;

    /** A board with a client, normal memory with something in it, and restricted memory with the same. */
    private static final class Scene implements AutoCloseable {
        final TestMachine machine;
        final TeeClient client;
        final Memory normal;
        final Memory from;
        final byte[] content = new byte[SIZE];
        final int session;
        private final int data;

        Scene(Boards board) {
            machine = board.boot();
            client = board.client(machine);
            normal = client.share(SIZE);
            from = client.restricted(TestMachine.MIB, VIDEO);
            new Random(11).nextBytes(content);
            data = client.session(SecureDataPathApplication.ID);
            machine.write(normal.address(), content);
            expect(client.invoke(data, 0, normal.in(), from.param(Param.OUTPUT, 0, SIZE)), TeeCode.SUCCESS);
            session = client.session(RestrictedCopy.APPLICATION);
        }

        Reply copy(Param source, Param destination) {
            return client.invoke(session, RestrictedCopy.COPY, source, destination);
        }

        Param source() {
            return from.param(Param.INPUT, 0, SIZE);
        }

        /** What is at the beginning of restricted memory. */
        byte[] look(Memory memory) {
            Memory out = client.share(SIZE);
            expect(client.invoke(data, 2, memory.param(Param.INPUT, 0, SIZE), out.out()), TeeCode.SUCCESS);
            return machine.read(out.address(), SIZE);
        }

        @Override
        public void close() {
            machine.close();
        }
    }

    private static void expect(Reply reply, int code) {
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(code));
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void allOfItArrives(Boards board) {
        try (var scene = new Scene(board)) {
            Memory to = scene.client.restricted(TestMachine.MIB, VIDEO);
            expect(scene.copy(scene.source(), to.out()), TeeCode.SUCCESS);
            assertThat(scene.look(to)).isEqualTo(scene.content);
            assertThat(scene.look(scene.from)).isEqualTo(scene.content);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void nothingComesOut(Boards board) {
        try (var scene = new Scene(board)) {
            scene.machine.write(scene.normal.address(), new byte[SIZE]);
            expect(scene.copy(scene.source(), scene.normal.out()), TeeCode.ACCESS_DENIED);
            assertThat(scene.machine.read(scene.normal.address(), SIZE)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void nothingOfTheNormalWorldGoesIn(Boards board) {
        try (var scene = new Scene(board)) {
            scene.machine.write(scene.normal.address(), new byte[SIZE]);
            expect(scene.copy(scene.normal.in(), scene.from.out()), TeeCode.ACCESS_DENIED);
            assertThat(scene.look(scene.from)).isEqualTo(scene.content);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Boards.class, names = {"FFA", "SMC"})
    void memoryForAnotherUseIsRefused(Boards board) {
        try (var scene = new Scene(board)) {
            Memory ui = scene.client.restricted(TestMachine.MIB, UI);
            expect(scene.copy(scene.source(), ui.out()), TeeCode.ACCESS_DENIED);
            assertThat(scene.look(ui)).isNotEqualTo(scene.content);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void placesThatOverlapAreRefused(Boards board) {
        try (var scene = new Scene(board)) {
            expect(scene.copy(scene.source(), scene.from.param(Param.OUTPUT, SIZE - 1, SIZE)), TeeCode.ACCESS_DENIED);
            expect(scene.copy(scene.source(), scene.from.param(Param.OUTPUT, SIZE, SIZE)), TeeCode.SUCCESS);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void aShortDestinationIsRefusedAndAPartBeyondItsMemoryToo(Boards board) {
        try (var scene = new Scene(board)) {
            Memory to = scene.client.restricted(TestMachine.MIB, VIDEO);
            expect(scene.copy(scene.source(), to.param(Param.OUTPUT, 0, SIZE - 1)), TeeCode.SHORT_BUFFER);
            assertThat(scene.copy(scene.source(), to.param(Param.OUTPUT, 1L << 40, SIZE)).result())
                    .isNotEqualTo(TeeCode.SUCCESS);
            assertThat(scene.look(to)).isNotEqualTo(scene.content);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void otherParametersAndCommandsAreRefused(Boards board) {
        try (var scene = new Scene(board)) {
            expect(scene.client.invoke(scene.session, RestrictedCopy.COPY, scene.source()), TeeCode.BAD_PARAMETERS);
            expect(scene.client.invoke(scene.session, RestrictedCopy.COPY + 1, scene.source()), TeeCode.NOT_SUPPORTED);
        }
    }
}
