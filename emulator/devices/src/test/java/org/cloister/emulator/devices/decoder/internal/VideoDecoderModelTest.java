// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderListener;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VideoDecoderModelTest extends DecoderOnBoard {
    @ParameterizedTest
    @CsvSource({
        "high-bframes.h264, high-bframes, I420",
        "small.h264,        small,        I420",
        "main.hevc,         main,         I420",
        "main10.hevc,       main10,       I420_10",
    })
    void decodesBitExactInPresentationOrder(String stream, String reference, PixelFormat pixels) {
        try (Client client = client(stream)) {
            client.offerSlots();
            client.play(stream);

            assertThat(client.pictures).isEqualTo(Streams.reference(reference));
            assertThat(client.timestamps).hasSameSizeAs(client.pictures).doesNotHaveDuplicates();
            assertThat(client.seen).filteredOn(DecoderEvent.SourceChange.class::isInstance).singleElement()
                    .satisfies(event -> assertThat(((DecoderEvent.SourceChange) event).format().pixels())
                            .isEqualTo(pixels));
        }
    }

    @Test
    void pictureTimestampsAreThoseOfTheirBitstream() {
        try (Client client = client("small.h264")) {
            client.offerSlots();
            client.play("small.h264");

            assertThat(client.timestamps).isEqualTo(LongStream.range(0, 10).boxed().toList());
        }
    }

    @Test
    void writesInterleavedChromaOnRequest() {
        StreamFormat nv12 = new StreamFormat(VideoCodec.H264, new byte[0], PixelFormat.NV12);
        byte[] planar = firstPicture(Streams.format("small.h264"));
        byte[] interleaved = firstPicture(nv12);

        assertThat(interleaved).hasSameSizeAs(planar).startsWith(Arrays.copyOf(planar, 64 * 48));
        for (int i = 0; i < 32 * 24; i++) {
            assertThat(interleaved[64 * 48 + 2 * i]).isEqualTo(planar[64 * 48 + i]);
            assertThat(interleaved[64 * 48 + 2 * i + 1]).isEqualTo(planar[64 * 48 + 32 * 24 + i]);
        }
    }

    private byte[] firstPicture(StreamFormat format) {
        try (Client client = new Client(decoder, memory, format)) {
            client.offerSlot(0);
            client.feed(Streams.accessUnits("small.h264").subList(0, 1));
            client.session.drain();
            DecoderEvent.FrameDone done = client.await(DecoderEvent.FrameDone.class);
            return memory.bytes(Client.OUTPUT + done.cookie() * Client.SLOT, done.format().size());
        }
    }

    @Test
    void tellsHowColoursAreCoded() {
        try (Client client = client("bt709-full.h264")) {
            client.feed(Streams.accessUnits("bt709-full.h264").subList(0, 1));
            client.session.drain();
            DecoderEvent.SourceChange change = client.await(DecoderEvent.SourceChange.class);

            assertThat(change.format().colour()).isEqualTo(new ColourCoding(ColourCoding.Matrix.BT709, true));
            assertThat(change.frames()).isPositive();
        }
    }

    @Test
    void announcesAChangeOfSize() {
        List<byte[]> units = new ArrayList<>(Streams.accessUnits("small.h264"));
        units.addAll(Streams.accessUnits("high-bframes.h264"));
        try (Client client = client("small.h264")) {
            client.offerSlots();
            client.feed(units);
            client.drain();

            assertThat(client.seen).filteredOn(DecoderEvent.SourceChange.class::isInstance)
                    .extracting(event -> ((DecoderEvent.SourceChange) event).format().width())
                    .containsExactly(64, 98);
            List<String> both = new ArrayList<>(Streams.reference("small"));
            both.addAll(Streams.reference("high-bframes"));
            assertThat(client.pictures).isEqualTo(both);
        }
    }

    @Test
    void returnsMemoryThatIsTooSmall() {
        try (Client client = client("small.h264")) {
            client.session.queueFrame(99, List.of(new MemoryRange(Client.OUTPUT, 64 * 48 * 3 / 2 - 1)));
            client.offerSlots();
            client.play("small.h264");

            assertThat(client.seen).contains(
                    new DecoderEvent.FrameReturned(99, DecoderEvent.FrameReturned.Reason.TOO_SMALL));
            assertThat(client.pictures).isEqualTo(Streams.reference("small"));
        }
    }

    @Test
    void decodesOnAfterADrain() {
        try (Client client = client("main.hevc")) {
            client.offerSlots();
            client.play("main.hevc");
            client.play("main.hevc");

            List<String> twice = new ArrayList<>(Streams.reference("main"));
            twice.addAll(Streams.reference("main"));
            assertThat(client.pictures).isEqualTo(twice);
        }
    }

    @Test
    void flushReturnsAllAndForgetsTheStream() {
        try (Client client = client("main.hevc")) {
            client.feed(Streams.accessUnits("main.hevc").subList(0, 3));
            client.session.flush();
            client.await(DecoderEvent.Flushed.class);
            client.offerSlots();
            client.play("main.hevc");

            assertThat(client.pictures).isEqualTo(Streams.reference("main"));
        }
    }

    @Test
    void cancelGivesOneFramesMemoryBack() {
        try (Client client = client("small.h264")) {
            client.offerSlots();
            client.session.cancelFrame(2);
            client.session.cancelFrame(77);
            client.await(new DecoderEvent.FrameReturned(2, DecoderEvent.FrameReturned.Reason.GIVEN_UP)::equals);
            client.play("small.h264");

            assertThat(client.pictures).isEqualTo(Streams.reference("small"));
            assertThat(client.seen).noneMatch(event -> event instanceof DecoderEvent.FrameDone done && done.cookie() == 2);
        }
    }

    @Test
    void flushGivesFrameMemoryBack() {
        try (Client client = client("main.hevc")) {
            client.offerSlots();
            client.session.flush();
            client.await(DecoderEvent.Flushed.class);

            assertThat(client.seen).filteredOn(DecoderEvent.FrameReturned.class::isInstance).hasSize(Client.SLOTS);
        }
    }

    @Test
    void damagedBitstreamIsAnEventAndDecodingGoesOn() {
        List<byte[]> units = Streams.accessUnits("high-bframes.h264");
        try (Client client = client("high-bframes.h264")) {
            client.offerSlots();
            byte[] broken = units.get(1).clone();
            new Random(5).nextBytes(broken);
            client.feed(units.get(0), 0);
            client.feed(broken, 1);
            client.feed(units);
            client.drain();

            assertThat(client.seen).anySatisfy(event -> assertThat(event).isInstanceOf(DecoderEvent.StreamError.class));
            assertThat(client.pictures.subList(client.pictures.size() - 25, client.pictures.size()))
                    .isEqualTo(Streams.reference("high-bframes"));
        }
    }

    @Test
    void survivesAnyBitstream() {
        long seed = Long.getLong("cloister.seed", 264L);
        Random random = new Random(seed);
        for (String name : List.of("high-bframes.h264", "main.hevc")) {
            try (Client client = client(name)) {
                client.offerSlots();
                for (int round = 0; round < 8; round++) {
                    for (byte[] unit : Streams.accessUnits(name)) {
                        byte[] damaged = unit.clone();
                        for (int i = random.nextInt(6); i > 0; i--) {
                            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                        }
                        client.feed(damaged, round);
                    }
                }
                client.drain();

                assertThat(client.pictures).as("again with -Dcloister.seed=%d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void haltsOnPicturesThatItCannotWrite() {
        try (Client client = client("chroma444.h264")) {
            client.offerSlots();
            List<byte[]> units = Streams.accessUnits("chroma444.h264");
            client.queue(units.getFirst(), 1);
            client.session.drain();
            DecoderEvent event = client.await(DecoderEvent.Halted.class);

            assertThat(event).isEqualTo(new DecoderEvent.Halted(
                    HeapError.NOT_SUPPORTED, "pictures of format yuv444p cannot be written"));
            assertRefused(HeapError.FAULT, "the session is halted", () -> client.session.drain());
        }
    }

    @Test
    void aReadThatIsBlockedHaltsTheSessionUntilItIsFlushed() {
        try (Client client = client("main.hevc")) {
            client.offerSlots();
            client.session.queueBitstream(77, List.of(new MemoryRange(0x3000, 64)), 0);
            DecoderEvent.Blocked blocked = client.await(DecoderEvent.Blocked.class);

            assertThat(blocked.fault().address()).isEqualTo(0x3000);
            assertThat(blocked.fault().access()).isEqualTo(Access.READ);
            assertThat(client.seen).contains(new DecoderEvent.BitstreamDone(77));
            assertThat(client.seen).filteredOn(DecoderEvent.FrameReturned.class::isInstance).hasSize(Client.SLOTS);
            assertRefused(HeapError.FAULT, "the session is halted",
                    () -> client.session.queueFrame(1, List.of(new MemoryRange(Client.OUTPUT, 64))));

            client.session.flush();
            client.await(DecoderEvent.Flushed.class);
            client.offerSlots();
            client.play("main.hevc");
            assertThat(client.pictures).isEqualTo(Streams.reference("main"));
        }
    }

    @Test
    void aWriteThatIsBlockedHaltsTheSessionAndReturnsThePicturesMemory() {
        try (Client client = client("small.h264")) {
            client.feed(Streams.accessUnits("small.h264").subList(0, 1));
            client.session.drain();
            client.session.queueFrame(5, List.of(new MemoryRange(Client.INPUT, 0x8000)));
            DecoderEvent.Blocked blocked = client.await(DecoderEvent.Blocked.class);

            assertThat(blocked.fault().access()).isEqualTo(Access.WRITE);
            assertThat(client.seen).contains(
                    new DecoderEvent.FrameReturned(5, DecoderEvent.FrameReturned.Reason.GIVEN_UP));
        }
    }

    @Test
    void aBoardThatGoesOffHaltsAndClosesSessions() {
        Client client = client("small.h264");
        client.offerSlots();
        decoder.close();

        client.await(event -> event.equals(new DecoderEvent.Halted(HeapError.CLOSED, "the board was switched off")));
        assertRefused(HeapError.CLOSED, "the session is closed", client.session::drain);
        assertRefused(HeapError.CLOSED, "the board is off",
                () -> open(Streams.format("small.h264"), event -> { }));
    }

    @Test
    void memoryThatIsGoneHaltsTheSession() {
        try (Client client = client("small.h264")) {
            memory.switchOff();
            client.session.queueBitstream(1, List.of(new MemoryRange(Client.INPUT, 64)), 0);

            DecoderEvent.Halted halted = client.await(DecoderEvent.Halted.class);
            assertThat(halted.error()).isEqualTo(HeapError.FAULT);
        }
    }

    @Test
    void aListenerThatThrowsOrClosesDoesNoHarm() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<DecoderSession> session = new AtomicReference<>();
        session.set(open(Streams.format("small.h264"), event -> {
            session.get().close();
            closed.countDown();
            throw new IllegalStateException("a listener of the test");
        }));
        session.get().queueBitstream(1, List.of(new MemoryRange(Client.INPUT, 64)), 0);

        assertThat(closed.await(60, TimeUnit.SECONDS)).isTrue();
        assertRefused(HeapError.CLOSED, "the session is closed", session.get()::flush);
    }

    @Test
    void nothingHappensAfterClose() {
        Client client = client("small.h264");
        client.offerSlots();
        client.close();
        client.close();

        assertThat(client.hasPendingEvents()).isFalse();
        assertRefused(HeapError.CLOSED, "the session is closed", () -> client.offerSlot(0));
    }

    @Test
    void refusesMoreSessionsThanTheHardwareHas() {
        List<DecoderSession> sessions = new ArrayList<>();
        for (int i = 0; i < VideoDecoderModel.MAX_SESSIONS; i++) {
            sessions.add(open(Streams.format("small.h264"), event -> { }));
        }
        assertRefused(HeapError.BUSY, "all 16 sessions", () -> open(Streams.format("small.h264"), event -> { }));
        sessions.getFirst().close();
        open(Streams.format("small.h264"), event -> { }).close();
    }

    @Test
    void refusesDescriptorsThatItCannotFollow() {
        try (Client client = client("small.h264")) {
            List<List<MemoryRange>> wrong = List.of(
                    List.of(),
                    List.of(new MemoryRange(Client.INPUT + 1, 16)),
                    List.of(new MemoryRange(1L << 32, 16)),
                    List.of(new MemoryRange(Client.INPUT, (1 << 20) + 1)));
            for (List<MemoryRange> ranges : wrong) {
                assertRefused(HeapError.INVALID_ARGUMENT, "cannot follow", () -> client.session.queueFrame(1, ranges));
                assertRefused(HeapError.INVALID_ARGUMENT, "cannot follow",
                        () -> client.session.queueBitstream(1, ranges, 0));
            }
        }
    }

    @Test
    void refusesMoreThanItsQueuesHold() {
        try (Client client = client("small.h264")) {
            for (int i = 0; i < DecoderSession.QUEUE_DEPTH; i++) {
                client.offerSlot(0);
            }
            assertRefused(HeapError.BUSY, "64 descriptors are waiting already", () -> client.offerSlot(0));
        }
    }

    @Test
    void refusesStreamsThatItCannotDecode() {
        byte[] broken = HexFormat.of().parseHex("0164001effe1ffff67640000");
        assertRefused(HeapError.INVALID_ARGUMENT, "the configuration of the h264 stream is damaged",
                () -> open(new StreamFormat(VideoCodec.H264, broken, PixelFormat.I420), event -> { }));
        assertRefused(HeapError.NOT_SUPPORTED, "it does not write pictures as XRGB8888",
                () -> open(new StreamFormat(VideoCodec.H264, new byte[0], PixelFormat.XRGB8888), event -> { }));
    }

    @Test
    void aPictureNeverLeavesItsMemory() {
        PictureFormat format = new PictureFormat(PixelFormat.I420, 64, 48, ColourCoding.BT601_LIMITED);
        try (Client client = client("small.h264")) {
            client.session.queueFrame(1, List.of(
                    new MemoryRange(Client.OUTPUT, 1000), new MemoryRange(Client.OUTPUT + 0x1000, 0x4000)));
            client.feed(Streams.accessUnits("small.h264").subList(0, 1));
            client.session.drain();
            client.await(DecoderEvent.FrameDone.class);

            assertThat(memory.bytes(Client.OUTPUT + 1000, 0x1000 - 1000)).containsOnly(0);
            long rest = format.size() - 1000;
            assertThat(memory.bytes(Client.OUTPUT + 0x1000 + rest, 100)).containsOnly(0);
            byte[] picture = new byte[(int) format.size()];
            System.arraycopy(memory.bytes(Client.OUTPUT, 1000), 0, picture, 0, 1000);
            System.arraycopy(memory.bytes(Client.OUTPUT + 0x1000, rest), 0, picture, 1000, (int) rest);
            assertThat(Client.md5(picture)).isEqualTo(Streams.reference("small").getFirst());
        }
    }

    private DecoderSession open(StreamFormat stream, DecoderListener listener) {
        return decoder.open(stream, Client.boot(decoder, memory, false), listener);
    }
}
