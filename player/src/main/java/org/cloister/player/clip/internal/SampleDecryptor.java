// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.SecretKey;
import org.cloister.player.clip.internal.SampleProtection.Subsample;

/**
 * Decrypts samples by ISO/IEC 23001-7 (common encryption), in place. Not safe for use by several threads.
 */
public final class SampleDecryptor {
    private final String clip;
    private final ContentKeys keys;

    /**
     * Makes a decryptor.
     *
     * @param clip the name of the clip, for errors
     * @param keys the keys there are
     */
    public SampleDecryptor(String clip, ContentKeys keys) {
        this.clip = clip;
        this.keys = keys;
    }

    /**
     * Decrypts a sample in place; does nothing to one that is not encrypted.
     *
     * @throws ClipException when there is no key for it, or its protection does not fit its length; then the sample is
     *     as it was
     */
    public void decrypt(Sample sample) {
        sample.protection().ifPresent(protection -> decrypt(sample, protection));
    }

    private void decrypt(Sample sample, SampleProtection protection) {
        SecretKey key = keys.require(protection.keyId(), clip);
        byte[] data = sample.data();
        List<Subsample> parts = sample.parts(clip);
        try {
            BlockStream stream = protection.scheme().isCounter()
                    ? new CounterStream(key, protection.iv()) : new ChainStream(key, protection.iv());
            stream.restart();
            int position = 0;
            for (Subsample part : parts) {
                position += (int) part.clear();
                if (protection.scheme() == CencScheme.CBCS) {
                    stream.restart();
                }
                decryptRange(stream, protection, data, position, (int) part.covered());
                position += (int) part.covered();
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES as every Java runtime has it", e);
        }
    }

    private static void decryptRange(BlockStream stream, SampleProtection protection, byte[] data, int from, int length)
            throws GeneralSecurityException {
        boolean pattern = protection.scheme().hasPattern() && protection.cryptBlocks() > 0
                && protection.skipBlocks() > 0;
        if (!pattern) {
            boolean wholeBlocksOnly = protection.scheme() != CencScheme.CENC;
            stream.process(data, from, wholeBlocksOnly ? length / BlockStream.BLOCK * BlockStream.BLOCK : length);
            return;
        }
        int position = from;
        int blocks = length / BlockStream.BLOCK;
        while (blocks > 0) {
            int run = Math.min(blocks, protection.cryptBlocks());
            stream.process(data, position, run * BlockStream.BLOCK);
            blocks -= run + protection.skipBlocks();
            position += (run + protection.skipBlocks()) * BlockStream.BLOCK;
        }
    }
}
