// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameReferenceTest {
    private static final String LINE = "0, 0, 0, 1, 86400, 1ce63d662fbe073d2234618f0684bb9c";

    @Test
    void readsTheReferenceOfTheSample() {
        FrameReference reference = FrameReference.read(Clips.path("sample.framemd5"));

        assertThat(reference.frames()).hasSize(125);
        assertThat(reference.frames().getFirst())
                .isEqualTo(new FrameReference.Frame(86400, "1ce63d662fbe073d2234618f0684bb9c"));
    }

    @Test
    void leavesOutOtherStreamsAndBlankLines() {
        FrameReference reference = FrameReference.parse("r", List.of("#version: 2", "", LINE, LINE.replaceFirst("0", "1")));

        assertThat(reference.frames()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "#version: 1                                               | line 1: \"version: 1\" is not what is compared here",
        "#hash: SHA256                                             | line 1: \"hash: SHA256\" is not what is compared",
        "#media_type 0: audio                                      | line 1: \"media_type 0: audio\" is not",
        "#codec_id 0: h264                                         | line 1: \"codec_id 0: h264\" is not",
        "#format: packets                                          | line 1: \"format: packets\" is not",
        "0, 0, 0, 1, 86400                                         | line 1: it has 5 columns instead of 6",
        "0, 0, 0, 1, 86400, 1ce63d662fbe073d2234618f0684bb9c, more | line 1: it has 7 columns instead of 6",
        "0, 0, 0, 1, many, 1ce63d662fbe073d2234618f0684bb9c        | line 1: \"many\" is no size of a frame",
        "0, 0, 0, 1, 0, 1ce63d662fbe073d2234618f0684bb9c           | line 1: 0 is no size of a frame",
        "0, 0, 0, 1, 86400, 1ce63d66                               | line 1: \"1ce63d66\" is no MD5",
        "1, 0, 0, 1, 86400, 1ce63d662fbe073d2234618f0684bb9c       | it has no frame of stream 0",
        "''                                                        | it has no frame of stream 0",
    })
    void refusesWhatItCannotCompareWith(String line, String reason) {
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> FrameReference.parse("ref", List.of(line)))
                .withMessageStartingWith("Cannot compare with ref: ").withMessageContaining(reason);
    }

    @Test
    void refusesWhatIsNoTextFile(@TempDir Path directory) throws IOException {
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> FrameReference.read(binary))
                .withMessageContaining("it is not a text file");
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> FrameReference.read(directory.resolve("none")))
                .withMessageContaining("there is no such file");
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> FrameReference.read(directory))
                .withMessageContaining("it cannot be read");
    }
}
