// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.encryption.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.cloister.emulator.soc.MemoryCipher;

/**
 * AES-128 in XTS mode (IEEE 1619-2007, 5.3), without ciphertext stealing, for memory is made of whole blocks. A data
 * unit is a page, and its number the page's: block j of page n is
 *
 * <pre>
 *   C = AES(key1, P xor T) xor T        T = AES(key2, n) * alpha^j   in GF(2^128), modulo x^128 + x^7 + x^2 + x + 1
 * </pre>
 *
 * <p>Safe for use by any thread: engines of the Java platform, which are not, are lent to one call at a time.
 */
public final class XtsCipher implements MemoryCipher {
    /** Bytes of each of the two keys. */
    public static final int KEY = 16;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** What x^128 is, modulo the polynomial. */
    private static final int FEEDBACK = 0x87;

    private final SecretKey dataKey;
    private final SecretKey tweakKey;
    private final ConcurrentLinkedQueue<Engines> idle = new ConcurrentLinkedQueue<>();

    /** The three engines that a call takes. */
    private record Engines(Cipher tweak, Cipher encrypt, Cipher decrypt) {}

    /**
     * Makes a cipher.
     *
     * @param dataKey key 1, {@value #KEY} bytes
     * @param tweakKey key 2, {@value #KEY} bytes
     */
    public XtsCipher(byte[] dataKey, byte[] tweakKey) {
        if (dataKey.length != KEY || tweakKey.length != KEY) {
            throw new IllegalArgumentException("the keys have %d and %d bytes instead of %d"
                    .formatted(dataKey.length, tweakKey.length, KEY));
        }
        this.dataKey = new SecretKeySpec(dataKey, "AES");
        this.tweakKey = new SecretKeySpec(tweakKey, "AES");
    }

    @Override
    public void encrypt(long address, byte[] blocks) {
        run(address, blocks, true);
    }

    @Override
    public void decrypt(long address, byte[] blocks) {
        run(address, blocks, false);
    }

    private void run(long address, byte[] blocks, boolean encrypt) {
        int first = (int) (address % PAGE);
        if (first % BLOCK != 0 || blocks.length % BLOCK != 0 || first + blocks.length > PAGE) {
            throw new IllegalArgumentException("%d bytes at 0x%x are not blocks of one page"
                    .formatted(blocks.length, address));
        }
        Engines engines = Optional.ofNullable(idle.poll()).orElseGet(this::engines);
        try {
            byte[] tweaks = tweaks(engines.tweak(), address / PAGE, first / BLOCK, blocks.length);
            mask(blocks, tweaks);
            Cipher aes = encrypt ? engines.encrypt() : engines.decrypt();
            aes.doFinal(blocks, 0, blocks.length, blocks, 0);
            mask(blocks, tweaks);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("AES took no whole blocks", impossible);
        }
        idle.add(engines);
    }

    /** The tweaks of blocks from number {@code first} on. */
    private static byte[] tweaks(Cipher aes, long page, int first, int length) throws GeneralSecurityException {
        byte[] unit = new byte[BLOCK];
        LONG.set(unit, 0, page);
        aes.doFinal(unit, 0, BLOCK, unit, 0);
        long low = (long) LONG.get(unit, 0);
        long high = (long) LONG.get(unit, Long.BYTES);
        byte[] tweaks = new byte[length];
        for (int block = 0, at = 0; at < length; block++) {
            if (block >= first) {
                LONG.set(tweaks, at, low);
                LONG.set(tweaks, at + Long.BYTES, high);
                at += BLOCK;
            }
            long out = high >> 63 & FEEDBACK;
            high = high << 1 | low >>> 63;
            low = low << 1 ^ out;
        }
        return tweaks;
    }

    private static void mask(byte[] blocks, byte[] tweaks) {
        for (int at = 0; at < blocks.length; at += Long.BYTES) {
            LONG.set(blocks, at, (long) LONG.get(blocks, at) ^ (long) LONG.get(tweaks, at));
        }
    }

    private Engines engines() {
        return new Engines(aes(Cipher.ENCRYPT_MODE, tweakKey), aes(Cipher.ENCRYPT_MODE, dataKey),
                aes(Cipher.DECRYPT_MODE, dataKey));
    }

    private static Cipher aes(int mode, SecretKey key) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, key);
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES in ECB mode", e);
        }
    }
}
