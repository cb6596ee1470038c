// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.cloister.heap.DmaBuf;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.Sample;
import org.cloister.player.clip.internal.SampleDecryptor;

/**
 * Decrypts in the player and writes where the CPU can write and never read. The clear sample exists in normal memory for
 * that moment.
 */
final class CpuDecryption implements Decryption {
    private final SampleDecryptor decryptor;

    CpuDecryption(String clip, ContentKeys keys) {
        this.decryptor = new SampleDecryptor(clip, keys);
    }

    @Override
    public String by() {
        return "the player";
    }

    @Override
    public void decrypt(Sample sample, DmaBuf into) {
        try {
            decryptor.decrypt(sample);
            into.write(0, MemorySegment.ofArray(sample.data()));
        } finally {
            Arrays.fill(sample.data(), (byte) 0);
        }
    }

    @Override
    public void requireAccess(DmaBuf into) {
        into.write(0, MemorySegment.ofArray(new byte[1]));
    }

    @Override
    public void close() {
        // holds nothing
    }
}
