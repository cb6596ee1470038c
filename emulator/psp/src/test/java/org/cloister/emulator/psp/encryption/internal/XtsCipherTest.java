// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.encryption.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.cloister.emulator.soc.MemoryCipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XtsCipherTest {
    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] repeat(int value, int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @ParameterizedTest(name = "IEEE 1619-2007, B, vector {index}")
    @CsvSource({
        "0x00, 0x00, 0x0000000000, 0x00, 917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e",
        "0x11, 0x22, 0x3333333333, 0x44, c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0"
    })
    void agreesWithTheStandard(String key1, String key2, String unit, String clear, String cipher) {
        var xts = new XtsCipher(repeat(Integer.decode(key1), 16), repeat(Integer.decode(key2), 16));
        long address = Long.decode(unit) * MemoryCipher.PAGE;
        byte[] blocks = repeat(Integer.decode(clear), 32);
        xts.encrypt(address, blocks);
        assertThat(blocks).isEqualTo(hex(cipher));
        xts.decrypt(address, blocks);
        assertThat(blocks).isEqualTo(repeat(Integer.decode(clear), 32));
    }

    /** The whole 512 bytes of the data unit 0, of which the tweak is multiplied 31 times. */
    @Test
    void agreesWithTheStandardInALongDataUnit() {
        var xts = new XtsCipher(hex("27182818284590452353602874713526"), hex("31415926535897932384626433832795"));
        byte[] blocks = new byte[512];
        IntStream.range(0, blocks.length).forEach(i -> blocks[i] = (byte) i);
        xts.encrypt(0, blocks);
        assertThat(Arrays.copyOf(blocks, 32))
                .isEqualTo(hex("27a7479befa1d476489f308cd4cfa6e2a96e4bbe3208ff25287dd3819616e89c"));
    }

    @Test
    void aPartOfAPageIsEncryptedAsInTheWhole() {
        var xts = new XtsCipher(repeat(1, 16), repeat(2, 16));
        byte[] page = new byte[MemoryCipher.PAGE];
        new Random(7).nextBytes(page);
        byte[] whole = page.clone();
        xts.encrypt(0x5000, whole);
        for (int at : new int[] {0, 16, 1024, 4080}) {
            byte[] part = Arrays.copyOfRange(page, at, Math.min(at + 48, page.length));
            xts.encrypt(0x5000 + at, part);
            assertThat(part).isEqualTo(Arrays.copyOfRange(whole, at, at + part.length));
        }
    }

    @Test
    void addressAndKeysAllMatter() {
        byte[] reference = new byte[16];
        new XtsCipher(repeat(1, 16), repeat(2, 16)).encrypt(0, reference);
        assertThat(encryptedZeros(1, 2, 16)).isNotEqualTo(reference);
        assertThat(encryptedZeros(1, 2, 4096)).isNotEqualTo(reference);
        assertThat(encryptedZeros(3, 2, 0)).isNotEqualTo(reference);
        assertThat(encryptedZeros(1, 3, 0)).isNotEqualTo(reference);
    }

    private static byte[] encryptedZeros(int key1, int key2, long address) {
        byte[] blocks = new byte[16];
        new XtsCipher(repeat(key1, 16), repeat(key2, 16)).encrypt(address, blocks);
        return blocks;
    }

    @ParameterizedTest
    @CsvSource({"8, 16", "16, 15", "4080, 32", "0, 4112"})
    void whatIsNotMadeOfBlocksOfOnePageIsRefused(long address, int length) {
        var xts = new XtsCipher(repeat(1, 16), repeat(2, 16));
        assertThatIllegalArgumentException().isThrownBy(() -> xts.encrypt(address, new byte[length]));
        assertThatIllegalArgumentException().isThrownBy(() -> xts.decrypt(address, new byte[length]));
    }

    @ParameterizedTest
    @CsvSource({"15, 16", "16, 32", "0, 16"})
    void keysOfOtherLengthsAreRefused(int first, int second) {
        assertThatIllegalArgumentException().isThrownBy(() -> new XtsCipher(new byte[first], new byte[second]));
    }
}
