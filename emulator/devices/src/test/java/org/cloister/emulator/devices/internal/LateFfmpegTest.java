// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.emulator.devices.decoder.internal.VideoDecoderModel;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;
import org.junit.jupiter.api.Test;

/** When FFmpeg is loaded, and what happens when it cannot be. */
class LateFfmpegTest {
    private static final StreamFormat STREAM = new StreamFormat(VideoCodec.H264, new byte[0], PixelFormat.I420);

    private final AtomicInteger asked = new AtomicInteger();

    private static void assertUnavailable(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(HeapException.class).hasMessageContaining("cannot be loaded")
                .extracting(thrown -> ((HeapException) thrown).error()).isEqualTo(HeapError.UNAVAILABLE);
    }

    @Test
    void whatDoesNotStartIsRefusedAndTriedAgain() {
        LateFfmpeg late = new LateFfmpeg(() -> {
            asked.incrementAndGet();
            return null;
        });
        assertUnavailable(late::get);
        assertUnavailable(late::get);
        assertThat(asked).hasValue(2);
    }

    @Test
    void whatIsLoadedIsNotAskedForAgain() throws IOException {
        FfmpegLibraries libraries = FfmpegLibraries.loadInto(Path.of("target", "ffmpeg"));
        LateFfmpeg late = new LateFfmpeg(() -> {
            asked.incrementAndGet();
            return libraries;
        });
        assertThat(late.get()).isSameAs(libraries).isSameAs(late.get());
        assertThat(asked).hasValue(1);
    }

    @Test
    void aDecoderAsksForItWhenAStreamIsOpenedAndLosesNoPlaceWithoutIt() {
        LateFfmpeg late = new LateFfmpeg(() -> {
            asked.incrementAndGet();
            return null;
        });
        try (VideoDecoderModel decoder = new VideoDecoderModel("/soc/video-decoder@0",
                new Dma(new FakeMemory("video-decoder", 1 << 16), new DmaLimits(32, 16, 8, 1 << 12)),
                _ -> false, late)) {
            assertThat(asked).hasValue(0);
            for (int i = 0; i <= VideoDecoderModel.MAX_SESSIONS; i++) {
                assertUnavailable(() -> decoder.open(STREAM, decoder.newFirmware(false), event -> { }));
            }
        }
    }
}
