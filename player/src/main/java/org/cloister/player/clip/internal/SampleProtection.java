// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.util.List;

/**
 * How a sample is encrypted. The initialisation vector is not copied: nobody writes to it.
 *
 * @param scheme which algorithm over which bytes
 * @param keyId which key
 * @param iv the initialisation vector: 8 or 16 bytes
 * @param cryptBlocks of a pattern, how many blocks of 16 bytes are encrypted; zero when there is no pattern
 * @param skipBlocks of a pattern, how many blocks after them are not
 * @param subsamples which bytes are protected, in order; empty when the whole sample is
 */
public record SampleProtection(
        CencScheme scheme, KeyId keyId, byte[] iv, int cryptBlocks, int skipBlocks, List<Subsample> subsamples) {
    /** Copies the list. */
    public SampleProtection {
        subsamples = List.copyOf(subsamples);
    }

    /**
     * A stretch of a sample.
     *
     * @param clear bytes that are not protected
     * @param covered bytes after them that are
     */
    public record Subsample(long clear, long covered) {}
}
