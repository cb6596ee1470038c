// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;

/** AES-CBC; takes whole blocks only. */
final class ChainStream implements BlockStream {
    private final Cipher cipher;
    private final SecretKey key;
    private final byte[] iv;

    ChainStream(SecretKey key, byte[] iv) throws GeneralSecurityException {
        this.cipher = Cipher.getInstance("AES/CBC/NoPadding");
        this.key = key;
        this.iv = Arrays.copyOf(iv, BLOCK);
    }

    @Override
    public void restart() throws GeneralSecurityException {
        cipher.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
    }

    @Override
    public void process(byte[] data, int offset, int length) throws GeneralSecurityException {
        cipher.update(data, offset, length, data, offset);
    }
}
