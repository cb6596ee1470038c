// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.EncryptedMemory;
import org.cloister.emulator.soc.MemoryCipher;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.platform.dt.AddressRange;
import org.junit.jupiter.api.Test;

class EavesdropperTest {
    private static final long RAM = 0x4000_0000L;
    private static final long SIZE = 64 << 10;
    private static final int LOOKS = 100;

    private final ProbeTally tally = new ProbeTally();

    /** AES, and the address in each block. */
    private record Good() implements MemoryCipher {
        @Override
        public void encrypt(long address, byte[] blocks) {
            mask(address, blocks);
            aes(Cipher.ENCRYPT_MODE, blocks);
        }

        @Override
        public void decrypt(long address, byte[] blocks) {
            aes(Cipher.DECRYPT_MODE, blocks);
            mask(address, blocks);
        }

        private static void mask(long address, byte[] blocks) {
            for (int i = 0; i < blocks.length; i += 4) {
                int at = (int) (address + i) >>> 4;
                blocks[i] ^= (byte) at;
                blocks[i + 1] ^= (byte) (at >> 8);
            }
        }

        private static void aes(int mode, byte[] blocks) {
            try {
                Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
                cipher.init(mode, new SecretKeySpec(new byte[16], "AES"));
                cipher.doFinal(blocks, 0, blocks.length, blocks);
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** A mask that is the same for all; zero leaves everything clear. */
    private record Mask(int mask) implements MemoryCipher {
        @Override
        public void encrypt(long address, byte[] blocks) {
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] ^= (byte) mask;
            }
        }

        @Override
        public void decrypt(long address, byte[] blocks) {
            encrypt(address, blocks);
        }
    }

    private void eavesdrop(MemoryCipher cipher, String... engines) {
        Map<String, Access> grants = Stream.concat(Stream.of("cpu"), Stream.of(engines))
                .collect(Collectors.toMap(name -> name, name -> name.equals("cpu") ? Access.WRITE : Access.READ_WRITE));
        HeapAttributes heap = HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION).cpuAccess(Access.WRITE)
                .grants(grants).build();
        try (PoweredSoc power = new SocBuilder(new BoardBuilder("test", "a board for tests").firewall("lab").cpu(1)
                .ram(RAM, 1 << 20)
                .device("video-decoder", 0x1000_0000L, 0x1000, 40, 2)
                .device("eth-dma", 0x1001_0000L, 0x1000, 41, 3)
                .firmware("unit", node -> { }).build())
                .firmware("unit", world -> {
                    world.encrypt(new EncryptedMemory("video", new AddressRange(RAM, SIZE),
                            Set.of(world.soc().initiator("video-decoder")), cipher));
                    return () -> { };
                }).boot()) {
            byte[] text = "a clear picture ".repeat((int) SIZE / 16).getBytes(StandardCharsets.US_ASCII);
            power.soc().memory("video-decoder").write(RAM, MemorySegment.ofArray(text));
            var ear = new Eavesdropper(power.soc(), heap, tally, new Random(1));
            for (int i = 0; i < LOOKS; i++) {
                ear.look(Stage.DECODED, RAM + 3, SIZE - 3);
            }
            ear.conclude();
        }
    }

    @Test
    void ciphertextIsCountedAsRepelledForAllWhoHaveNoKey() {
        eavesdrop(new Good(), "video-decoder");
        assertThat(tally.breaches()).isEmpty();
        assertThat(tally.ciphertext()).isEqualTo(2 * LOOKS).isEqualTo(tally.repelled()).isEqualTo(tally.tried());
        assertThat(tally.byAttacker()).isEqualTo(Map.of("cpu", (long) LOOKS, "eth-dma", (long) LOOKS));
    }

    @Test
    void clearTextIsABreachEachTime() {
        eavesdrop(new Mask(0), "video-decoder");
        assertThat(tally.repelled()).isZero();
        assertThat(tally.breaches()).first().asString().contains("clear text at 0x");
    }

    @Test
    void aMaskIsNoCipher() {
        eavesdrop(new Mask(0x5a), "video-decoder");
        assertThat(tally.tried()).isEqualTo(tally.repelled() + 1);
        assertThat(tally.breaches()).singleElement().asString().contains("too uneven for ciphertext");
    }

    @Test
    void whereNobodyHasTheKeyNothingIsProven() {
        eavesdrop(new Good());
        assertThat(tally.breaches()).anySatisfy(breach -> assertThat(breach).contains("no engine has the key"));
    }
}
