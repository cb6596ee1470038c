// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;

/**
 * AES in counter mode as common encryption has it: the counter is the last eight bytes of the block and wraps without a
 * carry into the first eight (ISO/IEC 23001-7, 9.3). Goes on where it stopped, as encrypted bytes of one sample are one
 * stream.
 */
final class CounterCipher {
    private static final int BLOCK = 16;
    private static final int BATCH = 64 * BLOCK;

    private final Cipher cipher;
    private final long nonce;
    private final byte[] keystream = new byte[BATCH];
    private final ByteBuffer blocks = ByteBuffer.allocate(BATCH);
    private long counter;
    private int used = BATCH;

    CounterCipher(SecretKey key, long nonce, long counter) {
        this.nonce = nonce;
        this.counter = counter;
        try {
            cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, key);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the runtime has no AES", e);
        }
    }

    /** Decrypts in place. */
    void apply(MemorySegment bytes) {
        for (long i = 0; i < bytes.byteSize(); i++) {
            if (used == BATCH) {
                next();
            }
            byte plain = (byte) (bytes.get(ValueLayout.JAVA_BYTE, i) ^ keystream[used]);
            bytes.set(ValueLayout.JAVA_BYTE, i, plain);
            used++;
        }
    }

    private void next() {
        for (int at = 0; at < BATCH; at += BLOCK) {
            blocks.putLong(at, nonce).putLong(at + Long.BYTES, counter);
            counter++;
        }
        try {
            cipher.doFinal(blocks.array(), 0, BATCH, keystream);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES failed on whole blocks", e);
        }
        used = 0;
    }

    /** Forgets what was derived from the key. */
    void erase() {
        Arrays.fill(keystream, (byte) 0);
        used = BATCH;
    }
}
