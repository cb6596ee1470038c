// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.cloister.player.clip.internal.SampleProtection.Subsample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compares with a model that encrypts block by block with nothing but the bare AES permutation. */
class SampleDecryptorTest {
    private static final long SEED = Long.getLong("cloister.seed", 23_001_007L);
    private static final String KID = "000102030405060708090a0b0c0d0e0f";
    private static final String KEY = "101112131415161718191a1b1c1d1e1f";

    private final SampleDecryptor decryptor = new SampleDecryptor("clip.mp4", ContentKeys.parse(List.of(KID + ":" + KEY)));

    @ParameterizedTest
    @EnumSource
    void decryptsWhatTheModelEncrypted(CencScheme scheme) throws GeneralSecurityException {
        Random random = new Random(SEED);
        for (int round = 0; round < 300; round++) {
            byte[] clear = new byte[random.nextInt(400)];
            random.nextBytes(clear);
            byte[] iv = new byte[random.nextBoolean() ? 8 : 16];
            random.nextBytes(iv);
            boolean pattern = scheme.hasPattern();
            SampleProtection protection = new SampleProtection(scheme, new KeyId(KID), iv,
                    pattern ? random.nextInt(4) : 0, pattern ? random.nextInt(10) : 0,
                    random.nextInt(4) == 0 ? List.of() : cut(clear.length, random));
            Sample sample = sample(encrypt(clear, protection), protection);

            decryptor.decrypt(sample);

            assertThat(sample.data()).as("%s, again with -Dcloister.seed=%d", protection, SEED).isEqualTo(clear);
        }
    }

    @Test
    void theCounterWrapsWithoutACarry() throws GeneralSecurityException {
        byte[] clear = new byte[100];
        byte[] iv = HexFormat.of().parseHex("00000000000000ff" + "fffffffffffffffd");
        SampleProtection protection = new SampleProtection(CencScheme.CENC, new KeyId(KID), iv, 0, 0, List.of());
        Sample sample = sample(encrypt(clear, protection), protection);

        decryptor.decrypt(sample);

        assertThat(sample.data()).isEqualTo(clear);
    }

    @Test
    void aClearSampleStaysAsItIs() {
        Sample sample = new Sample(0, new byte[] {1, 2, 3}, 0, Duration.ZERO, true, Optional.empty());

        decryptor.decrypt(sample);

        assertThat(sample.data()).containsExactly(1, 2, 3);
    }

    @Test
    void saysWhichKeyIsMissing() {
        String other = "ffeeddccbbaa99887766554433221100";
        Sample sample = sample(new byte[16], protection(new KeyId(other), List.of()));

        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> decryptor.decrypt(sample))
                .withMessage("Cannot play clip.mp4: it is encrypted with key id %s, and the key given is for %s; "
                        + "give its key with --key %s:KEY", other, KID, other);
        assertThatExceptionOfType(ClipException.class)
                .isThrownBy(() -> new SampleDecryptor("clip.mp4", ContentKeys.NONE).decrypt(sample))
                .withMessage("Cannot play clip.mp4: it is encrypted and no key was given; give its key with --key %s:KEY",
                        other);
    }

    @Test
    void refusesProtectedRangesThatDoNotFitTheSample() {
        List<List<Subsample>> wrong = List.of(
                List.of(new Subsample(0, 15)),
                List.of(new Subsample(0, 17)),
                List.of(new Subsample(17, 0)),
                List.of(new Subsample(8, 8), new Subsample(0, 1)),
                List.of(new Subsample(0xffff_ffffL, 0xffff_ffffL)),
                List.of(new Subsample(-1, 17)),
                List.of(new Subsample(17, -1)));
        for (List<Subsample> subsamples : wrong) {
            byte[] data = new byte[16];
            assertThatExceptionOfType(ClipException.class).as("%s", subsamples)
                    .isThrownBy(() -> decryptor.decrypt(sample(data, protection(new KeyId(KID), subsamples))))
                    .withMessageContaining("the protected ranges of sample 7 do not add up to its 16 bytes");
            assertThat(data).containsOnly(0);
        }
    }

    @Test
    void keysForOtherClipsDoNoHarm() {
        SampleDecryptor two = new SampleDecryptor("clip.mp4", ContentKeys.parse(List.of(Clips.KEY, Clips.SAMPLE_KEY)));
        List<Sample> samples = Clips.samples(Clips.path("hevc-cenc.mp4"));

        samples.forEach(two::decrypt);

        assertThat(samples).allSatisfy(sample -> assertThat(nalUnitsTile(sample.data())).isTrue());
    }

    private static boolean nalUnitsTile(byte[] data) {
        ByteBuffer buffer = ByteBuffer.wrap(data);
        while (buffer.remaining() > Integer.BYTES) {
            int length = buffer.getInt();
            if (length < 0 || length > buffer.remaining()) {
                return false;
            }
            buffer.position(buffer.position() + length);
        }
        return !buffer.hasRemaining();
    }

    private static SampleProtection protection(KeyId key, List<Subsample> subsamples) {
        return new SampleProtection(CencScheme.CENC, key, new byte[8], 0, 0, subsamples);
    }

    private static Sample sample(byte[] data, SampleProtection protection) {
        return new Sample(7, data, 0, Duration.ZERO, true, Optional.of(protection));
    }

    private static List<Subsample> cut(int length, Random random) {
        List<Subsample> parts = new ArrayList<>();
        int left = length;
        do {
            int clear = random.nextInt(left + 1);
            int covered = random.nextInt(left - clear + 1);
            parts.add(new Subsample(clear, covered));
            left -= clear + covered;
        } while (left > 0 && parts.size() < 5);
        parts.add(new Subsample(left, 0));
        return parts;
    }

    /** ISO/IEC 23001-7, clause 10, in the plainest way. */
    private static byte[] encrypt(byte[] clear, SampleProtection p) throws GeneralSecurityException {
        Cipher aes = Cipher.getInstance("AES/ECB/NoPadding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(HexFormat.of().parseHex(KEY), "AES"));
        byte[] data = clear.clone();
        List<Subsample> parts = p.subsamples().isEmpty() ? List.of(new Subsample(0, data.length)) : p.subsamples();
        byte[] state = Arrays.copyOf(p.iv(), 16);
        byte[] stream = new byte[0];
        int used = 0;
        int position = 0;
        for (Subsample part : parts) {
            position += (int) part.clear();
            if (p.scheme() == CencScheme.CBCS) {
                state = Arrays.copyOf(p.iv(), 16);
            }
            int period = p.cryptBlocks() + p.skipBlocks();
            boolean pattern = p.cryptBlocks() > 0 && p.skipBlocks() > 0;
            for (int i = 0; i < part.covered(); i++) {
                int block = i / 16;
                boolean whole = block * 16 + 16 <= part.covered();
                boolean chosen = !pattern || block % period < p.cryptBlocks();
                if (p.scheme() != CencScheme.CENC && !whole || !chosen) {
                    continue;
                }
                if (p.scheme().isCounter()) {
                    if (used == stream.length) {
                        stream = aes.doFinal(state);
                        ByteBuffer counter = ByteBuffer.wrap(state);
                        counter.putLong(8, counter.getLong(8) + 1);
                        used = 0;
                    }
                    data[position + i] ^= stream[used++];
                } else if (i % 16 == 0) {
                    for (int b = 0; b < 16; b++) {
                        state[b] ^= data[position + i + b];
                    }
                    state = aes.doFinal(state);
                    System.arraycopy(state, 0, data, position + i, 16);
                }
            }
            position += (int) part.covered();
        }
        return data;
    }
}
