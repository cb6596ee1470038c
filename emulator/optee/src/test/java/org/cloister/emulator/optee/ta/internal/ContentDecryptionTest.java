// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.layout.ContentSample;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The application that decrypts samples: into restricted memory, and nowhere else. */
class ContentDecryptionTest {
    private static final UUID KEY_ID = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final byte[] KEY = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    private static final int ROOM = 64 * 1024;
    private static final long SAMPLE = 8192;

    private TestMachine machine;
    private TeeClient client;
    private Memory normal;
    private Memory restricted;
    private int session;

    @BeforeEach
    void open() {
        boot(Boards.FFA);
    }

    private void boot(Boards board) {
        machine = board.boot();
        client = board.client(machine);
        normal = client.share(ROOM);
        restricted = client.restricted(TestMachine.MIB, 1);
        session = client.session(ContentSample.APPLICATION);
    }

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private Param key(UUID id) {
        MemorySegment bytes = MemorySegment.ofArray(new long[5]);
        ContentSample.write(bytes, 0, id, 0, 0, 0);
        machine.cpu().write(normal.address(), bytes.asSlice(0, 16));
        return normal.param(Param.INPUT, 0, 16);
    }

    private Reply setKey(byte[] key) {
        Param id = key(KEY_ID);
        machine.write(normal.address() + 64, key);
        return client.invoke(session, ContentSample.SET_KEY, id, normal.param(Param.INPUT, 64, key.length));
    }

    private static MemorySegment description(long high, long low, int... subsamples) {
        MemorySegment bytes = MemorySegment.ofArray(
                new long[(int) ContentSample.size(subsamples.length / 2) / Long.BYTES]);
        ContentSample.write(bytes, 0, KEY_ID, high, low, subsamples.length / 2);
        for (int i = 0; i < subsamples.length / 2; i++) {
            ContentSample.subsample(bytes, 0, i, subsamples[2 * i], subsamples[2 * i + 1]);
        }
        return bytes;
    }

    private Reply decrypt(MemorySegment description, int size, Param output) {
        machine.cpu().write(normal.address(), description);
        return client.invoke(session, ContentSample.DECRYPT, normal.param(Param.INPUT, 0, description.byteSize()),
                normal.param(Param.INPUT, SAMPLE, size), output);
    }

    private Reply decrypt(MemorySegment description, int size) {
        return decrypt(description, size, restricted.param(Param.OUTPUT, 0, size));
    }

    /** What is in restricted memory, as a device that may read it sees it. */
    private byte[] seen(int size) {
        byte[] bytes = new byte[size];
        machine.device("display").read(restricted.address(), MemorySegment.ofArray(bytes));
        return bytes;
    }

    private byte[] sample(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        machine.write(normal.address() + SAMPLE, bytes);
        return bytes;
    }

    private static void expect(Reply reply, int code) {
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(code));
    }

    /** AES in counter mode, written from the standard a second time, one block after the other. */
    private static byte[] crypted(byte[] text, long high, long low, int... subsamples) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(KEY, "AES"));
            byte[] out = text.clone();
            int[] parts = subsamples.length == 0 ? new int[] {0, text.length} : subsamples;
            int at = 0;
            int used = 0;
            for (int i = 0; i < parts.length; i += 2) {
                at += parts[i];
                for (int k = 0; k < parts[i + 1]; k++, at++, used++) {
                    byte[] block = new byte[16];
                    for (int b = 0; b < 8; b++) {
                        block[b] = (byte) (high >>> 56 - 8 * b);
                        block[8 + b] = (byte) (low + used / 16 >>> 56 - 8 * b);
                    }
                    out[at] ^= cipher.doFinal(block)[used % 16];
                }
            }
            return out;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(Boards.class)
    void aWholeSampleIsDecrypted(Boards board) {
        machine.close();
        boot(board);
        expect(setKey(KEY), TeeCode.SUCCESS);
        byte[] encrypted = sample(5000);
        Reply reply = decrypt(description(0x1122334455667788L, 0), 5000);

        expect(reply, TeeCode.SUCCESS);
        assertThat(reply.size(2)).isEqualTo(5000);
        assertThat(seen(5000)).isEqualTo(crypted(encrypted, 0x1122334455667788L, 0));
    }

    static Stream<Arguments> layouts() {
        return Stream.of(
                Arguments.of(100, new int[] {0, 100}),
                Arguments.of(100, new int[] {100, 0}),
                Arguments.of(1000, new int[] {13, 487, 1, 499}),
                Arguments.of(40_000, new int[] {5, 20_000, 0, 3, 7, 17, 19_968, 0}),
                Arguments.of(33, new int[] {0, 1, 0, 1, 0, 31}),
                Arguments.of(0, new int[] {0, 0}));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void subsamplesAreOneStream(int size, int[] subsamples) {
        expect(setKey(KEY), TeeCode.SUCCESS);
        byte[] encrypted = sample(size);
        expect(decrypt(description(5, 6, subsamples), size), TeeCode.SUCCESS);

        assertThat(seen(size)).isEqualTo(crypted(encrypted, 5, 6, subsamples));
    }

    @Test
    void theCounterWrapsWithoutACarry() {
        expect(setKey(KEY), TeeCode.SUCCESS);
        byte[] encrypted = sample(100);
        expect(decrypt(description(-1, -2), 100), TeeCode.SUCCESS);

        assertThat(seen(100)).isEqualTo(crypted(encrypted, -1, -2));
    }

    @Test
    void clearSamplesAreNeverInNormalMemory() {
        expect(setKey(KEY), TeeCode.SUCCESS);
        byte[] encrypted = sample(256);
        Reply reply = decrypt(description(1, 1), 256, normal.param(Param.OUTPUT, 32 * 1024, 256));

        expect(reply, TeeCode.ACCESS_DENIED);
        assertThat(machine.read(normal.address() + 32 * 1024, 256)).containsOnly(0);
        // nor in place
        expect(decrypt(description(1, 1), 256, normal.param(Param.OUTPUT, SAMPLE, 256)), TeeCode.ACCESS_DENIED);
        assertThat(machine.read(normal.address() + SAMPLE, 256)).isEqualTo(encrypted);
    }

    @Test
    void reservedMemoryIsNormalToo() {
        machine.close();
        boot(Boards.SMC);
        expect(setKey(KEY), TeeCode.SUCCESS);
        sample(256);
        Memory reserved = new Memory(Memory.How.ADDRESS, TestMachine.RESERVED, TestMachine.RESERVED_SIZE, 0);
        expect(decrypt(description(1, 1), 256, reserved.param(Param.OUTPUT, 0, 256)), TeeCode.ACCESS_DENIED);
    }

    @Test
    void withoutTheKeyNothingIsWritten() {
        sample(64);
        expect(decrypt(description(1, 1), 64), TeeCode.ITEM_NOT_FOUND);
        expect(setKey(KEY), TeeCode.SUCCESS);
        expect(client.invoke(session, ContentSample.REMOVE_KEY, key(KEY_ID)), TeeCode.SUCCESS);
        expect(client.invoke(session, ContentSample.REMOVE_KEY, key(KEY_ID)), TeeCode.ITEM_NOT_FOUND);
        expect(decrypt(description(1, 1), 64), TeeCode.ITEM_NOT_FOUND);
        assertThat(seen(64)).containsOnly(0);
    }

    @Test
    void keysBelongToASession() {
        expect(setKey(KEY), TeeCode.SUCCESS);
        int first = session;
        session = client.session(ContentSample.APPLICATION);
        sample(64);
        expect(decrypt(description(1, 1), 64), TeeCode.ITEM_NOT_FOUND);
        session = first;
        expect(decrypt(description(1, 1), 64), TeeCode.SUCCESS);
    }

    @Test
    void anOutputThatIsShortIsTold() {
        expect(setKey(KEY), TeeCode.SUCCESS);
        sample(100);
        Reply reply = decrypt(description(1, 1), 100, restricted.param(Param.OUTPUT, 0, 99));
        expect(reply, TeeCode.SHORT_BUFFER);
        assertThat(reply.size(2)).isEqualTo(100);
        assertThat(seen(100)).containsOnly(0);
    }

    static Stream<Arguments> malformed() {
        MemorySegment reserved = description(1, 1);
        reserved.set(ValueLayout.JAVA_INT, 36, 1);
        MemorySegment negative = description(1, 1);
        negative.set(ValueLayout.JAVA_INT, 32, -1);
        MemorySegment missing = description(1, 1);
        missing.set(ValueLayout.JAVA_INT, 32, 1);
        return Stream.of(
                Arguments.of("too short for a header", description(1, 1).asSlice(0, 39)),
                Arguments.of("a reserved field is set", reserved),
                Arguments.of("a negative number of subsamples", negative),
                Arguments.of("a subsample is missing", missing),
                Arguments.of("bytes behind the last subsample", MemorySegment.ofArray(
                        Arrays.copyOf(description(1, 1).toArray(ValueLayout.JAVA_BYTE), 48))),
                Arguments.of("subsamples shorter than the sample", description(1, 1, 10, 10)),
                Arguments.of("subsamples longer than the sample", description(1, 1, 64, 64)),
                Arguments.of("subsamples that wrap around to the sample", description(1, 1, -64, 64, 64, -64, 64, 0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void aMalformedDescriptionIsRefused(String what, MemorySegment description) {
        expect(setKey(KEY), TeeCode.SUCCESS);
        sample(64);
        machine.cpu().write(normal.address(), description);
        expect(client.invoke(session, ContentSample.DECRYPT, normal.param(Param.INPUT, 0, description.byteSize()),
                normal.param(Param.INPUT, SAMPLE, 64), restricted.param(Param.OUTPUT, 0, 64)), TeeCode.BAD_FORMAT);
        assertThat(seen(64)).as(what).containsOnly(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 17, 24, 32})
    void aKeyHasSixteenBytes(int size) {
        expect(setKey(new byte[size]), TeeCode.BAD_PARAMETERS);
        machine.write(normal.address(), new byte[32]);
        expect(client.invoke(session, ContentSample.REMOVE_KEY, normal.param(Param.INPUT, 0, size)),
                TeeCode.BAD_PARAMETERS);
    }

    @Test
    void commandsAndParametersAreChecked() {
        expect(client.invoke(session, 4), TeeCode.NOT_SUPPORTED);
        expect(client.invoke(session, ContentSample.SET_KEY), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, ContentSample.SET_KEY, normal.out(), normal.in()), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, ContentSample.REMOVE_KEY, Param.value(Param.INPUT, 1, 1)),
                TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, ContentSample.DECRYPT, normal.in(), normal.in(), restricted.in()),
                TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, ContentSample.DECRYPT, normal.in(), normal.in(), restricted.inout()),
                TeeCode.BAD_PARAMETERS);
        Memory large = client.share(65 * 1024);
        expect(client.invoke(session, ContentSample.DECRYPT, large.in(), normal.param(Param.INPUT, 0, 16),
                restricted.out()), TeeCode.BAD_PARAMETERS);
    }
}
