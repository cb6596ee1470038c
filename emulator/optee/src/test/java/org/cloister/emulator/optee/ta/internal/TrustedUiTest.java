// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.cloister.emulator.optee.testing.Boards;
import org.cloister.emulator.optee.testing.Memory;
import org.cloister.emulator.optee.testing.Param;
import org.cloister.emulator.optee.testing.Reply;
import org.cloister.emulator.optee.testing.TeeClient;
import org.cloister.emulator.optee.testing.TestMachine;
import org.cloister.platform.BusFault;
import org.cloister.platform.layout.TrustedDialogue;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The application that draws: what it drew is seen by displays, and told to nobody. */
class TrustedUiTest {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 200;
    private static final int SIZE = 4 * WIDTH * HEIGHT;
    private static final String MESSAGE = "Pay 12.50 to the baker?";

    private final TestMachine machine = Boards.FFA.boot();
    private final TeeClient client = Boards.FFA.client(machine);
    private final Memory normal = client.share(4096);
    private final Memory restricted = client.restricted(TestMachine.MIB, 1);
    private final int session = client.session(TrustedDialogue.APPLICATION);

    @AfterEach
    void switchOff() {
        machine.close();
    }

    private Reply draw(int width, int height, byte[] message, Param picture) {
        machine.write(normal.address(), message);
        return client.invoke(session, TrustedDialogue.DRAW, Param.value(Param.INPUT, width, height),
                normal.param(Param.INPUT, 0, message.length), picture);
    }

    private Reply draw(String message) {
        return draw(WIDTH, HEIGHT, message.getBytes(StandardCharsets.ISO_8859_1),
                restricted.param(Param.OUTPUT, 0, SIZE));
    }

    private Reply verify(byte[] digest) {
        machine.write(normal.address(), digest);
        return client.invoke(session, TrustedDialogue.VERIFY, normal.param(Param.INPUT, 0, digest.length),
                Param.value(Param.OUTPUT, 9, 9));
    }

    private byte[] seen() {
        byte[] bytes = new byte[SIZE];
        machine.device("display").read(restricted.address(), MemorySegment.ofArray(bytes));
        return bytes;
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void expect(Reply reply, int code) {
        assertThat(TeeCode.name(reply.result())).isEqualTo(TeeCode.name(code));
    }

    @Test
    void whatADisplaySeesIsVerifiedOnce() {
        expect(draw(MESSAGE), TeeCode.SUCCESS);
        byte[] seen = seen();
        Reply verified = verify(digest(seen));
        expect(verified, TeeCode.SUCCESS);
        assertThat(verified.a(1)).isOne();
        expect(verify(digest(seen)), TeeCode.BAD_STATE);
    }

    @Test
    void aForgedPictureIsNotVerifiedAndEndsTheTry() {
        expect(draw(MESSAGE), TeeCode.SUCCESS);
        byte[] forged = seen();
        forged[0]++;
        assertThat(verify(digest(forged)).a(1)).isZero();
        expect(verify(digest(seen())), TeeCode.BAD_STATE);
    }

    @Test
    void messageAndCodeChangeThePicture() {
        expect(draw(MESSAGE), TeeCode.SUCCESS);
        byte[] first = seen();
        expect(draw(MESSAGE), TeeCode.SUCCESS);
        byte[] otherCode = seen();
        assertThat(otherCode).isNotEqualTo(first);
        expect(draw(MESSAGE.replace("baker", "thief")), TeeCode.SUCCESS);
        int upper = 4 * WIDTH * HEIGHT / 2;
        assertThat(first).startsWith(Arrays.copyOf(otherCode, upper));
        assertThat(Arrays.copyOf(seen(), upper)).isNotEqualTo(Arrays.copyOf(first, upper));
    }

    @Test
    void theNormalWorldNeitherReadsNorWritesThePicture() {
        expect(draw(MESSAGE), TeeCode.SUCCESS);
        assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.read(restricted.address(), 1));
        assertThatExceptionOfType(BusFault.class).isThrownBy(() -> machine.write(restricted.address(), new byte[1]));
    }

    @Test
    void drawsInRestrictedMemoryOnly() {
        Memory large = client.share(SIZE);
        expect(draw(WIDTH, HEIGHT, MESSAGE.getBytes(StandardCharsets.US_ASCII), large.param(Param.OUTPUT, 0, SIZE)),
                TeeCode.ACCESS_DENIED);
        assertThat(machine.read(large.address(), SIZE)).containsOnly(0);
    }

    @ParameterizedTest
    @CsvSource({"159, 200", "200, 159", "4097, 200", "200, 4097", "-1, 200", "0, 0", "65536, 65536"})
    void refusesSizesThatAreNone(int width, int height) {
        expect(draw(width, height, new byte[] {'a'}, restricted.out()), TeeCode.BAD_PARAMETERS);
    }

    @Test
    void saysHowMuchMemoryItNeeds() {
        Reply reply = draw(WIDTH, HEIGHT, new byte[] {'a'}, restricted.param(Param.OUTPUT, 0, SIZE - 1));
        expect(reply, TeeCode.SHORT_BUFFER);
        assertThat(reply.size(2)).isEqualTo(SIZE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tab\there", "\u0000", "\u00e9", "line\nbreak"})
    void refusesMessagesThatAreNotPrintable(String message) {
        expect(draw(message), TeeCode.BAD_FORMAT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, TrustedDialogue.MAX_MESSAGE + 1})
    void refusesMessagesOfOtherLengths(int length) {
        expect(draw("a".repeat(length)), TeeCode.BAD_PARAMETERS);
    }

    @Test
    void drawsMessagesThatDoNotFit() {
        expect(draw("W".repeat(TrustedDialogue.MAX_MESSAGE)), TeeCode.SUCCESS);
    }

    @Test
    void commandsAndParametersAreChecked() {
        expect(client.invoke(session, 2), TeeCode.NOT_SUPPORTED);
        expect(client.invoke(session, TrustedDialogue.DRAW), TeeCode.BAD_PARAMETERS);
        expect(client.invoke(session, TrustedDialogue.VERIFY), TeeCode.BAD_PARAMETERS);
        expect(verify(new byte[TrustedDialogue.DIGEST_SIZE]), TeeCode.BAD_STATE);
        expect(verify(new byte[TrustedDialogue.DIGEST_SIZE - 1]), TeeCode.BAD_PARAMETERS);
    }
}
