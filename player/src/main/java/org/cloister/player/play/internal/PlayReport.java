// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloister.heap.HeapUsage;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.VideoCodec;

/**
 * How it went.
 *
 * @param clip what was played
 * @param codec of the clip
 * @param format of its last picture
 * @param scheme the protection scheme of the clip; empty when it is not encrypted
 * @param decryptedBy who put clear bitstream into restricted memory, in order
 * @param frames how many pictures the panel showed
 * @param verdict how they compare with the reference, if there was one
 * @param composed how a GPU composed them, if one did
 * @param bypassed why a GPU of the board composed nothing, if it did not
 * @param damaged access units that could not be decoded, or only in part
 * @param board the board it ran on
 * @param heap the heap
 * @param backends who served it, in order
 * @param moved how many buffers were moved from one of them to the next, if they were to be
 * @param probes how many attacks there were
 * @param repelled how many of them got nowhere
 * @param ciphertext how many of these read something, which was proven to be ciphertext
 * @param attackers how many attacks each attacker made
 * @param breaches attacks that got through, in words; the first few
 * @param leaked buffers of the heap that were not given back
 * @param stillLent bytes that had been lent for its buffers and did not come back to the normal world
 * @param usage of the heap, afterwards
 * @param nanos how long it took from the first sample to the last picture
 * @param picture the contact sheet
 */
public record PlayReport(
        String clip,
        VideoCodec codec,
        PictureFormat format,
        Optional<String> scheme,
        List<String> decryptedBy,
        int frames,
        Optional<Verdict> verdict,
        Optional<Composed> composed,
        Optional<String> bypassed,
        int damaged,
        String board,
        String heap,
        List<String> backends,
        OptionalLong moved,
        long probes,
        long repelled,
        long ciphertext,
        Map<String, Long> attackers,
        List<String> breaches,
        long leaked,
        long stillLent,
        HeapUsage usage,
        long nanos,
        Path picture) {

    /**
     * How pictures compare with a reference.
     *
     * @param exact how many are as they ought to be, bit by bit
     * @param expected how many there ought to be
     * @param firstWrong the number of the first that is not, from 0
     */
    public record Verdict(int exact, int expected, OptionalInt firstWrong) {
        boolean holds(int frames) {
            return exact == expected && frames == expected;
        }
    }

    /**
     * How pictures were composed.
     *
     * @param initiator who the GPU was while it did
     * @param exact how many became what they had to, bit by bit
     * @param entries how often it entered protected mode
     */
    public record Composed(String initiator, int exact, long entries) {}

    /** Frames a second. */
    public double fps() {
        return nanos == 0 ? 0 : frames * 1e9 / nanos;
    }

    /** How often another backend took over. */
    public int swaps() {
        return Math.max(0, backends.size() - 1);
    }

    /** Whether every picture was right, every attack repelled, and nothing left behind. */
    public boolean holds() {
        return frames > 0 && damaged == 0 && verdict.map(found -> found.holds(frames)).orElse(true)
                && composed.map(found -> found.exact() == frames).orElse(true) && probes > 0 && probes == repelled && leaked == 0 && stillLent == 0;
    }
}
