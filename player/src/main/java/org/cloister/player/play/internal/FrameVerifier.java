// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloister.player.clip.internal.FrameReference;

/** Compares pictures with a reference, in the order in which they come. Safe for use by any thread. */
final class FrameVerifier {
    private final Optional<FrameReference> reference;
    private final MessageDigest md5;
    private int frames; // guarded by this, as are those below
    private int exact;
    private int composed;
    private OptionalInt firstWrong = OptionalInt.empty();

    FrameVerifier(Optional<FrameReference> reference) {
        this.reference = reference;
        try {
            md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("MD5 as every Java runtime has it", e);
        }
    }

    /** Looks at the next picture, tightly packed. */
    void check(MemorySegment picture) {
        check(picture, true);
    }

    /**
     * Looks at the next picture, tightly packed.
     *
     * @param sound whether what the display fetched is what had to become of it
     */
    synchronized void check(MemorySegment picture, boolean sound) {
        composed += sound ? 1 : 0;
        int number = frames++;
        if (reference.isEmpty()) {
            return;
        }
        List<FrameReference.Frame> expected = reference.get().frames();
        md5.update(picture.asByteBuffer());
        FrameReference.Frame found = new FrameReference.Frame(
                picture.byteSize(), HexFormat.of().formatHex(md5.digest()));
        if (sound && number < expected.size() && found.equals(expected.get(number))) {
            exact++;
        } else if (firstWrong.isEmpty()) {
            firstWrong = OptionalInt.of(number);
        }
    }

    /** How many pictures there were. */
    synchronized int frames() {
        return frames;
    }

    /** How many of them had become what they had to. */
    synchronized int composed() {
        return composed;
    }

    /** How they compare, if there is a reference. */
    synchronized Optional<PlayReport.Verdict> verdict() {
        return reference.map(known -> new PlayReport.Verdict(exact, known.frames().size(), firstWrong));
    }
}
