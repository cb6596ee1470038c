// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.cloister.platform.device.VideoCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Mp4ReaderTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"sample-fragmented.mp4", "sample-progressive.mp4"})
    void readsAllSamplesEncryptedInBothContainers(String clip) {
        List<Sample> samples = Clips.samples(Clips.path(clip));

        assertThat(samples).hasSize(125);
        samples.forEach(sample -> {
            SampleProtection protection = sample.protection().orElseThrow();
            assertThat(protection.scheme()).isEqualTo(CencScheme.CENC);
            assertThat(protection.keyId().hex()).isEqualTo("a7e61c373e219033c21091fa607bf3b8");
            assertThat(protection.iv()).hasSize(16);
            assertThat(protection.subsamples().stream().mapToLong(s -> s.clear() + s.covered()).sum())
                    .isIn(0L, (long) sample.data().length);
        });
        assertThat(samples.stream().map(Sample::timestamp)).doesNotHaveDuplicates();
        assertThat(samples.stream().map(Sample::index)).isSorted();
    }

    @Test
    void bothContainersHoldTheSameSamples() {
        List<Sample> fragmented = Clips.samples(Clips.path("sample-fragmented.mp4"));
        List<Sample> progressive = Clips.samples(Clips.path("sample-progressive.mp4"));
        SampleDecryptor decryptor = new SampleDecryptor("clip", ContentKeys.parse(List.of(Clips.SAMPLE_KEY)));
        fragmented.forEach(decryptor::decrypt);
        progressive.forEach(decryptor::decrypt);

        assertThat(fragmented).extracting(Sample::data).containsExactlyElementsOf(
                progressive.stream().map(Sample::data).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "sample-progressive.mp4, H264, 320, 180, 125",
        "h264-high-bframes.mp4,  H264,  98,  66,  25",
        "hevc-cenc.mp4,          HEVC,  98,  66,  25",
    })
    void describesTheTrack(String clip, VideoCodec codec, int width, int height, int samples) {
        try (Mp4Reader reader = Mp4Reader.open(Clips.ffmpeg(), Clips.path(clip))) {
            VideoTrack track = reader.track();
            assertThat(track.codec()).isEqualTo(codec);
            assertThat(track.width()).isEqualTo(width);
            assertThat(track.height()).isEqualTo(height);
            assertThat(track.samples()).isEqualTo(OptionalInt.of(samples));
            assertThat(track.configuration()).startsWith(1);
        }
    }

    @Test
    void anUnencryptedClipHasUnprotectedSamples() {
        assertThat(Clips.samples(Clips.path("h264-clear.mp4"))).hasSize(25)
                .allSatisfy(sample -> assertThat(sample.protection()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "vp9.mp4        | its video is coded as vp9, which no decoder here takes; name a clip in H.264 or HEVC",
        "audio-only.mp4 | it has no video track; name a clip that has one",
    })
    void refusesClipsThatItCannotPlay(String clip, String reason) {
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> Clips.samples(Clips.path(clip)))
                .withMessageContaining(clip).withMessageContaining(reason);
    }

    @Test
    void refusesWhatIsNoFile() {
        assertRefused(directory.resolve("none.mp4"), "there is no such file");
        assertRefused(directory, "it is not a file");
    }

    @Test
    void refusesWhatIsNoMp4() throws IOException {
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);
        assertRefused(write(noise), "it is no MP4 file, or its header is damaged");
        assertRefused(write(new byte[0]), "it is no MP4 file, or its header is damaged");
        assertRefused(write("#EXTM3U\nhttp://localhost/a.ts\n".getBytes()), "it is no MP4 file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample-fragmented.mp4", "sample-progressive.mp4", "h264-high-bframes.mp4"})
    void refusesAFileThatIsCutOff(String clip) throws IOException {
        byte[] whole = Files.readAllBytes(Clips.path(clip));
        for (int percent : new int[] {95, 90, 50, 20, 5, 1}) {
            Path cut = write(Arrays.copyOf(whole, whole.length * percent / 100));
            assertThatExceptionOfType(ClipException.class).as("%d %%", percent)
                    .isThrownBy(() -> Clips.samples(cut));
        }
    }

    @Test
    void survivesDamageAnywhere() throws IOException {
        byte[] whole = Files.readAllBytes(Clips.path("h264-high-bframes.mp4"));
        long seed = Long.getLong("cloister.seed", 20_260_101L);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = whole.clone();
            for (int i = 0; i <= random.nextInt(8); i++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                List<Sample> samples = Clips.samples(write(damaged));
                SampleDecryptor decryptor = new SampleDecryptor("clip", ContentKeys.parse(List.of(Clips.KEY)));
                samples.forEach(decryptor::decrypt);
            } catch (ClipException e) {
                assertThat(e).as("again with -Dcloister.seed=%d", seed).hasMessageStartingWith("Cannot ");
            }
        }
    }

    private void assertRefused(Path path, String reason) {
        assertThatExceptionOfType(ClipException.class).isThrownBy(() -> Clips.samples(path))
                .withMessageContaining(path.toString()).withMessageContaining(reason);
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("clip.mp4"), bytes);
    }
}
