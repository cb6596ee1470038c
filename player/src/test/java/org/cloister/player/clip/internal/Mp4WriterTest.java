// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloister.platform.device.VideoCodec;
import org.cloister.player.clip.internal.SampleProtection.Subsample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read back by FFmpeg, as any other file. */
class Mp4WriterTest {
    private static final KeyId KEY = new KeyId("000102030405060708090a0b0c0d0e0f");

    @TempDir
    private Path directory;

    @Test
    void samplesComeBackWithTheirProtection() throws IOException {
        Path file = directory.resolve("written.mp4");
        Files.write(file, new byte[100_000]); // what was there before is gone
        byte[] configuration = configuration();
        try (Mp4Writer writer = new Mp4Writer(
                file, new VideoTrack(VideoCodec.H264, configuration, 98, 66, OptionalInt.empty()), 25, KEY)) {
            writer.add(ByteBuffer.wrap(data(40)), true, 7, List.of(new Subsample(8, 32)));
            writer.add(ByteBuffer.wrap(data(60)), false, 8, List.of(new Subsample(9, 16), new Subsample(3, 32)));
        }
        assertThat(Files.size(file)).isLessThan(2000);
        try (Mp4Reader reader = Mp4Reader.open(Clips.ffmpeg(), file)) {
            assertThat(reader.track().configuration()).isEqualTo(configuration);
            assertThat(reader.track().width()).isEqualTo(98);
            assertThat(reader.track().samples()).hasValue(2);
            assertSample(reader.next().orElseThrow(), data(40), 7, List.of(new Subsample(8, 32)));
            assertSample(reader.next().orElseThrow(), data(60), 8,
                    List.of(new Subsample(9, 16), new Subsample(3, 32)));
            assertThat(reader.next()).isEmpty();
        }
    }

    private static void assertSample(Sample sample, byte[] data, int iv, List<Subsample> parts) {
        assertThat(sample.data()).isEqualTo(data);
        Optional<SampleProtection> protection = sample.protection();
        assertThat(protection).hasValueSatisfying(found -> {
            assertThat(found.scheme()).isEqualTo(CencScheme.CENC);
            assertThat(found.keyId()).isEqualTo(KEY);
            assertThat(found.iv()).startsWith(0, 0, 0, 0, 0, 0, 0, iv);
            assertThat(found.subsamples()).isEqualTo(parts);
        });
    }

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (length + i);
        }
        return data;
    }

    /** That of a real clip. */
    private static byte[] configuration() {
        try (Mp4Reader reader = Mp4Reader.open(Clips.ffmpeg(), Clips.path("h264-clear.mp4"))) {
            return reader.track().configuration();
        }
    }
}
