// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/**
 * AES-CTR; takes any number of bytes. The counter is the second half of the block and wraps without a carry into the
 * first (ISO/IEC 23001-7, 9.3). The cipher of the Java runtime carries, and is therefore started anew at the wrap.
 */
final class CounterStream implements BlockStream {
    private final Cipher cipher;
    private final SecretKey key;
    private final byte[] iv;
    private long bytesUntilWrap;

    CounterStream(SecretKey key, byte[] iv) throws GeneralSecurityException {
        this.cipher = Cipher.getInstance("AES/CTR/NoPadding");
        this.key = key;
        this.iv = Arrays.copyOf(iv, BLOCK);
    }

    @Override
    public void restart() throws GeneralSecurityException {
        start(iv);
        long counter = ByteBuffer.wrap(iv).getLong(BLOCK / 2);
        boolean withinReach = counter < 0 && counter > -(Long.MAX_VALUE / BLOCK);
        bytesUntilWrap = withinReach ? -counter * BLOCK : Long.MAX_VALUE;
    }

    @Override
    public void process(byte[] data, int offset, int length) throws GeneralSecurityException {
        int before = (int) Math.min(length, bytesUntilWrap);
        cipher.update(data, offset, before, data, offset);
        bytesUntilWrap -= before;
        if (bytesUntilWrap == 0) {
            start(Arrays.copyOf(Arrays.copyOf(iv, BLOCK / 2), BLOCK));
            bytesUntilWrap = Long.MAX_VALUE;
            cipher.update(data, offset + before, length - before, data, offset + before);
        }
    }

    private void start(byte[] block) throws GeneralSecurityException {
        cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(block));
    }
}
