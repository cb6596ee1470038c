// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The way out of restricted memory: for recordings only, for the client knows the key. */
class SampleEncryptionTest {
    private static final UUID KEY_ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final int SAMPLE = 4096;
    private static final int CLEAR = 8192;

    private final TestMachine machine = Boards.FFA.boot();
    private final TeeClient client = Boards.FFA.client(machine);
    private final Memory normal = client.share(16 * 1024);
    private final Memory video = client.restricted(TestMachine.MIB, 1);
    private final int session = client.session(ContentSample.APPLICATION);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private Reply encrypt(Param sample) {
        MemorySegment description = MemorySegment.ofArray(new long[5]);
        ContentSample.write(description, 0, KEY_ID, 1, 0, 0);
        machine.cpu().write(normal.address(), description);
        return client.invoke(session, ContentSample.ENCRYPT, normal.param(Param.INPUT, 0, ContentSample.HEADER_SIZE),
                sample, normal.param(Param.OUTPUT, SAMPLE, 1024), normal.param(Param.OUTPUT, CLEAR, 1024));
    }

    private static void expect(Reply reply, int code) {
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(code));
    }

    @Test
    void protectedVideoNeverLeavesNotEvenEncrypted() {
        machine.write(normal.address(), new byte[64]);
        expect(client.invoke(session, ContentSample.SET_KEY, normal.param(Param.INPUT, 0, 16),
                normal.param(Param.INPUT, 16, 16)), TeeCode.SUCCESS);
        expect(encrypt(video.param(Param.INPUT, 0, 64)), TeeCode.ACCESS_DENIED);
        assertThat(machine.read(normal.address() + SAMPLE, 1024)).containsOnly(0);
    }

    @Test
    void normalMemoryIsNoSourceOfRecordings() {
        expect(encrypt(normal.param(Param.INPUT, 512, 64)), TeeCode.ACCESS_DENIED);
    }

    @Test
    void parametersAreChecked() {
        expect(client.invoke(session, ContentSample.ENCRYPT), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, ContentSample.ENCRYPT, normal.param(Param.INPUT, 0, 40),
                video.param(Param.OUTPUT, 0, 64), normal.param(Param.OUTPUT, 0, 64),
                normal.param(Param.OUTPUT, 64, 64)), TeeCode.BAD_PARAMETERS);
    }
}
