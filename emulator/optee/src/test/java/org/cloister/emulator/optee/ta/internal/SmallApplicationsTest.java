// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.testing.FfaTee;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.layout.DeviceEnumeration;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of devices, and the kernel's sealed keys. */
class SmallApplicationsTest {
    private static final UUID DEVICES = UUID.fromString("7011a688-ddde-4053-a5a9-7b3c4ddf13b8");
    private static final UUID KEYS = UUID.fromString("f04a0fe7-1f5d-4b9b-abf7-619b85b4ce8c");
    private static final int SEALED = 33;

    private final TestMachine machine = TestMachine.ffa().boot();
    private final FfaTee client = FfaTee.begin(machine);
    private final Memory memory = client.share(4096);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private static void expect(Reply reply, int code) {
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(code));
    }

    @Test
    void devicesAreListed() {
        int session = client.session(DEVICES);
        Reply asked = client.invoke(session, 0, memory.param(Param.OUTPUT, 0, 0));
        expect(asked, TeeCode.SHORT_BUFFER);
        assertThat(asked.size(0)).isEqualTo(32);

        Reply given = client.invoke(session, 0, memory.out());
        expect(given, TeeCode.SUCCESS);
        assertThat(given.size(0)).isEqualTo(32);
        ByteBuffer uuids = ByteBuffer.wrap(machine.read(memory.address(), 32));
        assertThat(new UUID(uuids.getLong(), uuids.getLong())).isEqualTo(InvokeTestsApplication.ID);
        assertThat(new UUID(uuids.getLong(), uuids.getLong())).isEqualTo(KEYS);

        Reply none = client.invoke(session, 1, memory.out());
        expect(none, TeeCode.SUCCESS);
        assertThat(none.size(0)).isZero();
        Reply unserved = client.invoke(session, DeviceEnumeration.LIST_MEMORY, memory.out());
        expect(unserved, TeeCode.SUCCESS);
        assertThat(unserved.size(0)).as("nobody serves memory here").isZero();
        expect(client.invoke(session, DeviceEnumeration.LIST_MEMORY), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 3, memory.out()), TeeCode.NOT_IMPLEMENTED);
        expect(client.invoke(session, 0), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 0, memory.in()), TeeCode.BAD_PARAMETERS);
    }

    private int kernel() {
        Reply reply = client.open(KEYS, TaCall.LOGIN_KERNEL);
        expect(reply, TeeCode.SUCCESS);
        return reply.session();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 5, 6})
    void onlyTheKernelSealsKeys(int login) {
        Reply reply = client.open(KEYS, login);
        expect(reply, TeeCode.ACCESS_DENIED);
        assertThat(reply.session()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 7, -1, TaCall.LOGIN_TRUSTED_APPLICATION})
    void theNormalWorldCannotPretend(int login) {
        expect(client.open(KEYS, login), TeeCode.BAD_PARAMETERS);
    }

    @Test
    void aSealedKeyIsOpened() {
        int session = kernel();
        byte[] key = "an example of a key".getBytes(StandardCharsets.US_ASCII);
        machine.write(memory.address(), key);
        Reply sealed = client.invoke(session, 1, memory.param(Param.INPUT, 0, key.length),
                memory.param(Param.OUTPUT, 1024, 512));
        expect(sealed, TeeCode.SUCCESS);
        assertThat(sealed.size(1)).isEqualTo(key.length + SEALED);
        Reply opened = client.invoke(session, 2, memory.param(Param.INPUT, 1024, sealed.size(1)),
                memory.param(Param.OUTPUT, 2048, 512));
        expect(opened, TeeCode.SUCCESS);
        assertThat(opened.size(1)).isEqualTo(key.length);
        assertThat(machine.read(memory.address() + 2048, key.length)).isEqualTo(key);

        for (int at : new int[] {1, 17, 33, 51}) {
            byte[] blob = machine.read(memory.address() + 1024, key.length + SEALED);
            blob[at] ^= 1;
            machine.write(memory.address() + 3072, blob);
            expect(client.invoke(session, 2, memory.param(Param.INPUT, 3072, blob.length),
                    memory.param(Param.OUTPUT, 2048, 512)), TeeCode.SECURITY);
        }
    }

    @Test
    void sizesOfKeysAreChecked() {
        int session = kernel();
        Param room = memory.param(Param.OUTPUT, 1024, 600);
        expect(client.invoke(session, 1, memory.param(Param.INPUT, 0, 0), room), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 1, memory.param(Param.INPUT, 0, 512 - SEALED + 1), room),
                TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 2, memory.param(Param.INPUT, 0, SEALED), room), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 2, memory.param(Param.INPUT, 0, 513), room), TeeCode.BAD_PARAMETERS);
        Reply shortSeal = client.invoke(session, 1, memory.param(Param.INPUT, 0, 16),
                memory.param(Param.OUTPUT, 1024, 16));
        expect(shortSeal, TeeCode.SHORT_BUFFER);
        assertThat(shortSeal.size(1)).isEqualTo(16 + SEALED);
        Reply shortOpen = client.invoke(session, 2, memory.param(Param.INPUT, 0, 16 + SEALED),
                memory.param(Param.OUTPUT, 1024, 15));
        expect(shortOpen, TeeCode.SHORT_BUFFER);
        assertThat(shortOpen.size(1)).isEqualTo(16);
        expect(client.invoke(session, 1, room, room), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 3), TeeCode.NOT_SUPPORTED);
        expect(client.invoke(session, 0), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 0, memory.param(Param.OUTPUT, 0, 0)), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, 0, memory.param(Param.OUTPUT, 0, 32)), TeeCode.SUCCESS);
        assertThat(machine.read(memory.address(), 32)).isNotEqualTo(new byte[32]);
    }
}
