// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.cloister.player.clip.internal.SampleProtection.Subsample;

/**
 * An access unit as the file has it.
 *
 * @param index its place in decoding order, from 0
 * @param data its bytes, not copied; they become clear text when the sample is decrypted
 * @param timestamp when its picture is to be shown, in units of the track's time base
 * @param time the same, since the timestamp of the first sample; negative for pictures that come before its own
 * @param shown whether its picture is to be shown at all; an edit list may want it decoded only
 * @param protection how it is encrypted; empty when it is not
 */
public record Sample(int index, byte[] data, long timestamp, Duration time, boolean shown,
        Optional<SampleProtection> protection) {
    /**
     * The stretches that it consists of, in order; one, not protected, when it is not encrypted.
     *
     * @param clip the name of the clip, for errors
     * @throws ClipException when they do not add up to its length
     */
    public List<Subsample> parts(String clip) {
        if (protection.isEmpty()) {
            return List.of(new Subsample(data.length, 0));
        }
        List<Subsample> listed = protection.get().subsamples();
        if (listed.isEmpty()) {
            return List.of(new Subsample(0, data.length));
        }
        if (!addUp(listed, data.length)) {
            throw new ClipException("decrypt", clip, "the protected ranges of sample %d do not add up to its %d bytes"
                    .formatted(index, data.length), "the file is damaged: get a sound copy");
        }
        return listed;
    }

    private static boolean addUp(List<Subsample> parts, long length) {
        long left = length;
        for (Subsample part : parts) {
            if (part.clear() < 0 || part.covered() < 0 || part.clear() > left || part.covered() > left - part.clear()) {
                return false;
            }
            left -= part.clear() + part.covered();
        }
        return left == 0;
    }
}
