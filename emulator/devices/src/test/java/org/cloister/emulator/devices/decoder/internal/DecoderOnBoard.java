// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** What tests of the decoder begin with: it is on a board, with memory that it and a {@link Client} can work in. */
abstract class DecoderOnBoard {
    private static FfmpegLibraries ffmpeg;

    final FakeMemory memory = Client.memory();
    /** Which memory is restricted; a test may change that. */
    final AtomicReference<Predicate<MemoryRange>> restricted = new AtomicReference<>(Client::isRestricted);
    VideoDecoderModel decoder;

    @BeforeAll
    static void loadFfmpeg() throws IOException {
        ffmpeg = FfmpegLibraries.loadInto(Path.of("target", "ffmpeg"));
    }

    @BeforeEach
    void putOnBoard() {
        decoder = newDecoder();
    }

    /** One more decoder, the test's to close. */
    final VideoDecoderModel newDecoder() {
        return new VideoDecoderModel("/soc/video-decoder@0", new Dma(memory, new DmaLimits(32, 16, 8, 1 << 20)),
                range -> restricted.get().test(range), () -> ffmpeg);
    }

    @AfterEach
    void takeOff() {
        decoder.close();
    }

    /** A client of a decoder that is not in protected mode. */
    final Client client(String stream) {
        return client(stream, false);
    }

    final Client client(String stream, boolean isProtected) {
        return new Client(decoder, memory, Streams.format(stream), Client.boot(decoder, memory, isProtected));
    }

    static void assertRefused(HeapError error, String why, Runnable call) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(call::run)
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }
}
