// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.cloister.player.clip.internal.FrameReference;
import org.cloister.player.clip.internal.FrameReference.Frame;
import org.junit.jupiter.api.Test;

class FrameVerifierTest {
    /** MD5 of "abc" and of nothing (RFC 1321, A.5). */
    private static final Frame ABC = new Frame(3, "900150983cd24fb0d6963f7d28e17f72");
    private static final Frame EMPTY = new Frame(3, "d41d8cd98f00b204e9800998ecf8427e");

    @Test
    void countsWhatIsExact() {
        FrameVerifier verifier = verifier(ABC, EMPTY, ABC);
        for (int i = 0; i < 3; i++) {
            verifier.check(MemorySegment.ofArray("abc".getBytes()));
        }

        PlayReport.Verdict verdict = verifier.verdict().orElseThrow();
        assertThat(verdict.exact()).isEqualTo(2);
        assertThat(verdict.firstWrong()).hasValue(1);
        assertThat(verdict.holds(3)).isFalse();
    }

    @Test
    void picturesOfAnotherSizeAreWrong() {
        FrameVerifier verifier = verifier(new Frame(4, ABC.md5()));
        verifier.check(MemorySegment.ofArray("abc".getBytes()));

        assertThat(verifier.verdict().orElseThrow().exact()).isZero();
    }

    @Test
    void picturesTooManyOrTooFewAreWrong() {
        FrameVerifier more = verifier(ABC);
        more.check(MemorySegment.ofArray("abc".getBytes()));
        assertThat(more.verdict().orElseThrow().holds(1)).isTrue();
        more.check(MemorySegment.ofArray("abc".getBytes()));
        assertThat(more.verdict().orElseThrow().holds(2)).isFalse();
        assertThat(more.verdict().orElseThrow().firstWrong()).hasValue(1);

        FrameVerifier less = verifier(ABC, ABC);
        less.check(MemorySegment.ofArray("abc".getBytes()));
        assertThat(less.verdict().orElseThrow().holds(1)).isFalse();
    }

    @Test
    void onlyCountsWithoutAReference() {
        FrameVerifier verifier = new FrameVerifier(Optional.empty());
        verifier.check(MemorySegment.ofArray("abc".getBytes()));

        assertThat(verifier.frames()).isOne();
        assertThat(verifier.verdict()).isEmpty();
    }

    private static FrameVerifier verifier(Frame... frames) {
        return new FrameVerifier(Optional.of(new FrameReference("test", List.of(frames))));
    }
}
