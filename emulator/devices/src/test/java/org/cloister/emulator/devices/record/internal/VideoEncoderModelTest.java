// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.devices.internal.Events.refused;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.Events;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.EncoderEvent;
import org.cloister.platform.device.EncoderSession;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The encoder alone: it may read pictures at one place, and write bitstream at another. */
@Timeout(120)
class VideoEncoderModelTest {
    private static final PictureFormat FORMAT = new PictureFormat(PixelFormat.I420, 64, 48, ColourCoding.BT601_LIMITED);
    private static final long PICTURES = 0x1_0000;
    private static final long BITSTREAM = 0x4_0000;
    private static final int SIZE = 1 << 20;
    private static FfmpegLibraries ffmpeg;

    private final FakeMemory memory = new FakeMemory("video-encoder", SIZE)
            .grant(PICTURES, 0x1_0000, Access.READ).grant(BITSTREAM, 0x1_0000, Access.WRITE);
    private final Events<EncoderEvent> events = new Events<>();
    private VideoEncoderModel encoder;

    @BeforeAll
    static void loadFfmpeg() throws IOException {
        ffmpeg = FfmpegLibraries.loadInto(Path.of("target", "ffmpeg"));
    }

    @BeforeEach
    void putOnBoard() {
        encoder = new VideoEncoderModel("/soc/video-encoder@0", new Dma(memory, new DmaLimits(32, 16, 4, 1 << 18)),
                () -> ffmpeg);
        memory.put(PICTURES, TestScene.picture(FORMAT, 3));
    }

    @AfterEach
    void takeOff() {
        encoder.close();
    }

    private EncoderSession open() {
        return encoder.open(FORMAT, 25, 200_000);
    }

    private void encode(EncoderSession session, long cookie, long picture, long bitstream, long room) {
        session.encode(cookie, List.of(new MemoryRange(picture, FORMAT.size())),
                List.of(new MemoryRange(bitstream, room)), events::on);
    }

    @Test
    void firstAccessUnitIsAKeyAndLengthPrefixed() {
        try (EncoderSession session = open()) {
            encode(session, 1, PICTURES, BITSTREAM, 0x1_0000);
            EncoderEvent.Encoded unit = events.next(EncoderEvent.Encoded.class);
            assertThat(unit.cookie()).isEqualTo(1);
            assertThat(unit.key()).isTrue();
            byte[] bytes = memory.bytes(BITSTREAM, unit.length());
            int first = bytes[0] << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | bytes[3] & 0xff;
            assertThat(first).isBetween(1, bytes.length - 4);
            assertThat(session.configuration()).startsWith(1);
            encode(session, 2, PICTURES, BITSTREAM, 0x1_0000);
            assertThat(events.next(EncoderEvent.Encoded.class).key()).isFalse();
        }
    }

    @Test
    void foreignMemoryIsBlockedAndStaysAsItWas() {
        try (EncoderSession session = open()) {
            byte[] before = memory.bytes(0, SIZE);
            encode(session, 1, 0, BITSTREAM, 0x1_0000); // a picture that it may not read
            assertThat(events.next(EncoderEvent.Blocked.class).fault().access()).isEqualTo(Access.READ);
            encode(session, 2, PICTURES, 0x8_0000, 0x1_0000); // bitstream that would leave restricted memory
            assertThat(events.next(EncoderEvent.Blocked.class).fault().access()).isEqualTo(Access.WRITE);
            encode(session, 3, PICTURES, PICTURES, 0x1_0000); // memory that it may only read
            assertThat(events.next(EncoderEvent.Blocked.class).cookie()).isEqualTo(3);
            encode(session, 4, BITSTREAM, BITSTREAM, 0x1_0000); // memory that it may only write
            events.next(EncoderEvent.Blocked.class);
            assertThat(memory.bytes(0, SIZE)).isEqualTo(before);
            encode(session, 5, PICTURES, BITSTREAM, 0x1_0000);
            events.next(EncoderEvent.Encoded.class);
        }
    }

    @Test
    void accessUnitThatDoesNotFitIsNotWrittenInPart() {
        try (EncoderSession session = open()) {
            encode(session, 1, PICTURES, BITSTREAM, 16);
            assertThat(events.next(EncoderEvent.Failed.class).error()).isEqualTo(HeapError.OUT_OF_BOUNDS);
            assertThat(memory.bytes(BITSTREAM, 16)).containsOnly(0);
        }
    }

    @Test
    void refusesMemoryThatIsTooShortOrThatItCannotFollow() {
        try (EncoderSession session = open()) {
            MemoryRange bitstream = new MemoryRange(BITSTREAM, 64);
            MemoryRange picture = new MemoryRange(PICTURES, FORMAT.size());
            refused(HeapError.INVALID_ARGUMENT, () -> session.encode(
                    1, List.of(new MemoryRange(PICTURES, FORMAT.size() - 1)), List.of(bitstream), events::on));
            refused(HeapError.INVALID_ARGUMENT, () -> session.encode(1, List.of(), List.of(bitstream), events::on));
            refused(HeapError.INVALID_ARGUMENT, () -> session.encode(1, List.of(picture), List.of(), events::on));
            refused(HeapError.INVALID_ARGUMENT, () -> encode(session, 1, PICTURES + 1, BITSTREAM, 64));
            refused(HeapError.INVALID_ARGUMENT, () -> encode(session, 1, PICTURES, 1L << 32, 64));
            refused(HeapError.INVALID_ARGUMENT, () -> encode(session, 1, PICTURES, BITSTREAM, (1 << 18) + 16));
            events.none();
        }
    }

    @Test
    void refusesFormatsAndRatesThatItDoesNotHave() {
        refused(HeapError.NOT_SUPPORTED, () -> encoder.open(
                new PictureFormat(PixelFormat.NV12, 64, 48, ColourCoding.BT601_LIMITED), 25, 1000));
        refused(HeapError.NOT_SUPPORTED, () -> encoder.open(
                new PictureFormat(PixelFormat.I420, 63, 48, ColourCoding.BT601_LIMITED), 25, 1000));
        refused(HeapError.INVALID_ARGUMENT, () -> encoder.open(FORMAT, 0, 1000));
        refused(HeapError.INVALID_ARGUMENT, () -> encoder.open(FORMAT, 241, 1000));
        refused(HeapError.INVALID_ARGUMENT, () -> encoder.open(FORMAT, 25, 0));
    }

    @Test
    void hasSoManySessionsAndNoMore() {
        List<EncoderSession> sessions = new ArrayList<>();
        for (int i = 0; i < VideoEncoderModel.MAX_SESSIONS; i++) {
            sessions.add(open());
        }
        refused(HeapError.BUSY, this::open);
        sessions.getFirst().close();
        sessions.getFirst().close();
        sessions.add(open());
        refused(HeapError.BUSY, this::open);
        encoder.close();
        encoder.close();
        refused(HeapError.CLOSED, this::open);
        refused(HeapError.CLOSED, () -> encode(sessions.getLast(), 1, PICTURES, BITSTREAM, 64));
    }

    @Test
    void aListenerMayCloseAndWhatWaitsIsGivenUp() {
        EncoderSession session = open();
        session.encode(1, List.of(new MemoryRange(PICTURES, FORMAT.size())),
                List.of(new MemoryRange(BITSTREAM, 0x1_0000)), event -> {
                    encode(session, 2, PICTURES, BITSTREAM, 0x1_0000);
                    session.close();
                    events.on(event);
                });
        assertThat(events.next(EncoderEvent.Failed.class)).isEqualTo(
                new EncoderEvent.Failed(2, HeapError.CLOSED, "the session was closed"));
        events.next(EncoderEvent.Encoded.class);
        refused(HeapError.CLOSED, () -> encode(session, 3, PICTURES, BITSTREAM, 64));
    }

    @Test
    void aBoardThatLosesPowerFailsThePicture() {
        EncoderSession session = open();
        memory.switchOff();
        encode(session, 1, PICTURES, BITSTREAM, 0x1_0000);
        assertThat(events.next(EncoderEvent.Failed.class).error()).isEqualTo(HeapError.FAULT);
    }
}
