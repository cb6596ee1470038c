// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.DecodeSettings;
import org.cloister.driver.codec.Frame;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoDecoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The driver on a real board: core, firewall and decoder are those of the product. */
class CodecDriverTest {
    private static final String CLIENT = "client";
    private static final String DRIVER = "driver";
    static final StreamFormat STREAM = new StreamFormat(VideoCodec.H264, new byte[0], PixelFormat.I420);

    /** Two pictures that the client holds, two for the decoder; its firmware, a ring, motion, and three pictures. */
    static final long BUFFERS = 4 + 6;

    private final TestBoard board = new TestBoard();
    private final CodecDriverComponent driver = new CodecDriverComponent(board.decoder(), board.firmware(),
            board.core().heaps(DRIVER), board.core().importers(DRIVER), TestBoard.VIDEO,
            TestBoard.PATIENCE);
    private final Recorder recorder = new Recorder();

    @AfterEach
    void switchOff() {
        driver.closeAll();
        board.close();
    }

    @Test
    void decodesBitExactIntoMemoryThatTheCpuCannotRead() {
        board.serveVideo();
        List<String> pictures = new ArrayList<>();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            for (byte[] unit : accessUnits("small")) {
                decode(session, unit, pictures.size());
                Frame frame = recorder.await(DecodeEvent.PictureReady.class).frame();
                assertThatExceptionOfType(HeapException.class)
                        .isThrownBy(() -> frame.buffer().read(0, MemorySegment.ofArray(new byte[1])))
                        .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.CPU_ACCESS_DENIED));
                assertThatExceptionOfType(BusFault.class)
                        .isThrownBy(() -> board.memory("cpu").readByte(address(frame.buffer())));
                assertThat(frame.timestamp()).isEqualTo(pictures.size());
                assertThat(frame.damaged()).isFalse();
                pictures.add(md5(asTheDisplay(frame)));
                frame.close();
            }
            session.drain();
            recorder.await(DecodeEvent.Drained.class);
        }

        assertThat(pictures).isEqualTo(reference("small"));
    }

    @Test
    void aLargerResolutionInMidStreamGetsLargerMemoryAndNoPictureIsLost() {
        assertPlays(List.of("small", "high-bframes"), List.of("64x48 I420", "98x66 I420"));
    }

    @Test
    void aSmallerResolutionInMidStreamKeepsItsMemory() {
        assertPlays(List.of("high-bframes", "small", "high-bframes"),
                List.of("98x66 I420", "64x48 I420", "98x66 I420"));
    }

    /** One stream after the other in one session, bit by bit; no picture is where one of them does not fit. */
    private void assertPlays(List<String> streams, List<String> formats) {
        board.serveVideo();
        List<String> expected = streams.stream().flatMap(name -> reference(name).stream()).toList();
        List<String> pictures = new ArrayList<>();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            streams.forEach(name -> accessUnits(name).forEach(unit -> decode(session, unit, 0)));
            session.drain();
            while (pictures.size() < expected.size()) {
                try (Frame frame = recorder.await(DecodeEvent.PictureReady.class).frame()) {
                    assertThat(frame.buffer().size()).isGreaterThanOrEqualTo(frame.format().size());
                    pictures.add(md5(asTheDisplay(frame)));
                }
            }
            recorder.await(DecodeEvent.Drained.class);
            assertThat(usage(TestBoard.VIDEO)).as("buffers that are too small are gone").isEqualTo(BUFFERS);
        }
        assertThat(pictures).isEqualTo(expected);
        assertThat(recorder.seen.stream().filter(DecodeEvent.FormatChanged.class::isInstance)
                .map(event -> ((DecodeEvent.FormatChanged) event).format().toString())).isEqualTo(formats);
        assertThat(usage(TestBoard.VIDEO)).isZero();
    }

    @Test
    void leavesNothingOpenWhenASessionIsClosed() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            decode(session, accessUnits("small").getFirst(), 0);
            recorder.await(DecodeEvent.PictureReady.class);
            assertThat(usage(TestBoard.VIDEO)).isPositive();
        }

        assertThat(usage(TestBoard.VIDEO)).isZero();
        assertThat(board.core().open(DRIVER)).containsExactly(0, 0);
    }

    @Test
    void isThereBeforeItsHeapAndSaysWhatItWaitsFor() {
        assertThat(driver.readiness().ready()).isFalse();
        assertThat(driver.readiness().text()).startsWith("waiting for heap " + TestBoard.VIDEO);

        board.serveVideo();

        assertThat(driver.readiness().ready()).isTrue();
        assertThat(driver.readiness().text()).isEqualTo("ready");
    }

    @Test
    void waitsForItsHeapAndGoesOnWhenThatAppears() {
        try (DecodeSession session = open(Protection.CLEAR, Optional.empty())) {
            decodeFrom(TestBoard.NORMAL, session, accessUnits("small").getFirst(), 0);
            DecodeEvent.WaitingForHeap waiting = recorder.await(DecodeEvent.WaitingForHeap.class);
            assertThat(waiting.heap()).isEqualTo(TestBoard.VIDEO);
            assertThat(waiting.reason().error()).isEqualTo(HeapError.NO_SUCH_HEAP);

            board.serveVideo();
            assertThat(md5(asTheDisplay(recorder.await(DecodeEvent.PictureReady.class).frame())))
                    .isEqualTo(reference("small").getFirst());
        }
    }

    @Test
    void goesOnAfterAFailureWhenFlushed() {
        board.serveVideo();
        List<DmaBuf> hoard = new ArrayList<>();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            DmaBuf bitstream = heap(TestBoard.VIDEO).allocate(4096);
            hoard.add(heap(TestBoard.VIDEO).allocate(heap(TestBoard.VIDEO).usage().largestFree().orElseThrow()));
            byte[] unit = accessUnits("small").getFirst();
            bitstream.write(0, MemorySegment.ofArray(unit));
            session.decode(bitstream, unit.length, 0);
            assertThat(recorder.await(DecodeEvent.Failed.class).reason().error()).isEqualTo(HeapError.NO_MEMORY);
            assertThat(session.decode(bitstream, unit.length, 1).await(TimeUnit.SECONDS.toNanos(60))).isPositive();

            hoard.forEach(DmaBuf::close);
            session.flush();
            recorder.await(DecodeEvent.Flushed.class);
            session.decode(bitstream, unit.length, 2);
            bitstream.close();
            Frame frame = recorder.await(DecodeEvent.PictureReady.class).frame();
            assertThat(frame.timestamp()).isEqualTo(2);
            assertThat(md5(asTheDisplay(frame))).isEqualTo(reference("small").getFirst());
        }
    }

    @Test
    void aStreamThatTheDeviceRefusesLeavesNoPlaceForFirmware() {
        AtomicInteger places = new AtomicInteger();
        VideoDecoder device = proxy(VideoDecoder.class, (method, arguments) -> switch (method.getName()) {
            case "open" -> throw new HeapException(HeapError.BUSY, "open", "device", "it has no room", "wait");
            case "newFirmware" -> {
                places.incrementAndGet();
                yield proxy(DecoderFirmware.class, (called, _) ->
                        called.getName().equals("close") ? places.decrementAndGet() : null);
            }
            default -> method.invoke(board.decoder(), arguments);
        });
        CodecDriverComponent other = new CodecDriverComponent(device, Optional.empty(), board.core().heaps(DRIVER),
                board.core().importers(DRIVER), TestBoard.VIDEO, TestBoard.PATIENCE);
        assertThatExceptionOfType(HeapException.class)
                .isThrownBy(() -> other.open(new DecodeSettings(STREAM, Protection.PROTECTED, Optional.empty(), 2), recorder))
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.BUSY));
        assertThat(places).hasValue(0);
    }

    private interface Answer {
        Object to(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (_, method, arguments) -> answer.to(method, arguments)));
    }

    @Test
    void refusesBuffersThatAreNotForIt() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            assertRefused(HeapError.NOT_PERMITTED, "restricted", session, TestBoard.NORMAL);
            assertRefused(HeapError.NOT_PERMITTED, "secure-video-record", session, TestBoard.UI);
            assertRefused(HeapError.UNREACHABLE, "video-decoder", session, TestBoard.DEAF);
        }
        try (DecodeSession session = open(Protection.CLEAR, Optional.empty())) {
            assertRefused(HeapError.NOT_PERMITTED, "restricted", session, TestBoard.VIDEO);
        }
    }

    @Test
    void refusesToPutProtectedPicturesIntoNormalMemory() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.of(TestBoard.NORMAL))) {
            decode(session, accessUnits("small").getFirst(), 0);

            assertThat(recorder.await(DecodeEvent.Failed.class).reason().error()).isEqualTo(HeapError.NOT_PERMITTED);
            assertThat(usage(TestBoard.NORMAL)).isZero();
        }
    }

    @Test
    void worksInMemoryOfTheSessionsHeapOnly() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            assertThat(session.internalBuffers()).as("nothing to decode yet").isEmpty();
            decode(session, accessUnits("small").getFirst(), 0);
            recorder.await(DecodeEvent.PictureReady.class);

            assertThat(session.internalBuffers()).extracting(DmaBuf::name).containsExactly("decoder firmware",
                    "bitstream ring", "motion vectors", "reconstruction", "reconstruction", "reconstruction");
            assertThat(session.internalBuffers()).allSatisfy(buffer -> {
                assertThat(buffer.record().heap()).isEqualTo(TestBoard.VIDEO);
                assertThatExceptionOfType(BusFault.class)
                        .isThrownBy(() -> board.memory("cpu").readByte(address(buffer)));
                assertThatExceptionOfType(HeapException.class)
                        .isThrownBy(() -> buffer.read(0, MemorySegment.ofArray(new byte[1])))
                        .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.CPU_ACCESS_DENIED));
            });
        }
        assertThat(board.soc().contiguousAreas()).allMatch(area -> area.free() == area.size());
    }

    @Test
    void sessionsOfAHeapShareTheirFirmware() {
        board.serveVideo();
        DmaBuf firmware;
        try (DecodeSession second = open(Protection.PROTECTED, Optional.empty())) {
            try (DecodeSession first = open(Protection.PROTECTED, Optional.empty())) {
                decode(first, accessUnits("small").getFirst(), 0);
                recorder.await(DecodeEvent.PictureReady.class);
                firmware = first.internalBuffers().getFirst();
                decode(second, accessUnits("small").getFirst(), 0);
                recorder.await(DecodeEvent.PictureReady.class);
                assertThat(second.internalBuffers().getFirst()).isSameAs(firmware);
            }
            decode(second, accessUnits("small").getFirst(), 0);
            recorder.await(DecodeEvent.PictureReady.class);
        }
        assertThat(firmware.state()).isEqualTo(BufferState.RELEASED);
        assertThat(usage(TestBoard.VIDEO)).isZero();
    }

    @Test
    void loadsNoFirmwareThatIsNotTheDevices() {
        board.serveVideo();
        for (Optional<byte[]> file : List.of(Optional.<byte[]>empty(), Optional.of(new byte[0]),
                Optional.of(new byte[64]), Optional.of(new byte[4096]))) {
            CodecDriverComponent other = new CodecDriverComponent(board.decoder(), Optional.of(new FirmwareFile(
                    "acme/vdec.bin", path -> path.equals("acme/vdec.bin") ? file : Optional.empty(),
                    board.soc().contiguousAreas().getFirst(), board.memory("cpu"))), board.core().heaps(DRIVER),
                    board.core().importers(DRIVER), TestBoard.VIDEO, TestBoard.PATIENCE);
            try (DecodeSession session =
                    other.open(new DecodeSettings(STREAM, Protection.PROTECTED, Optional.empty(), 2), recorder)) {
                decode(session, accessUnits("small").getFirst(), 0);
                assertThat(recorder.await(DecodeEvent.Failed.class).reason().error()).isEqualTo(
                        file.filter(image -> image.length > 0).isPresent()
                                ? HeapError.INVALID_ARGUMENT : HeapError.NOT_SUPPORTED);
            }
            assertThat(usage(TestBoard.VIDEO)).isZero();
        }
        assertThat(board.soc().contiguousAreas()).allMatch(area -> area.free() == area.size());
    }

    @Test
    void firmwareThatIsChangedInMemoryStopsASessionWhichBootsAnewWhenFlushed() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            decode(session, accessUnits("small").getFirst(), 0);
            recorder.await(DecodeEvent.PictureReady.class).frame().close();
            board.memory("cpu").write(address(session.internalBuffers().getFirst()), MemorySegment.ofArray(new byte[64]));
            decode(session, accessUnits("small").getFirst(), 1);
            HeapException reason = recorder.await(DecodeEvent.Failed.class).reason();
            assertThat(reason.error()).isEqualTo(HeapError.FAULT);
            assertThat(reason.why()).contains("the firmware was changed in memory");

            session.flush();
            recorder.await(DecodeEvent.Flushed.class);
            decode(session, accessUnits("small").getFirst(), 2);
            assertThat(md5(asTheDisplay(recorder.await(DecodeEvent.PictureReady.class).frame())))
                    .isEqualTo(reference("small").getFirst());
        }
    }

    @Test
    void whatWasRevokedIsReplacedWhenFlushed() {
        board.serveVideo().spareVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            decode(session, accessUnits("small").getFirst(), 0);
            recorder.await(DecodeEvent.PictureReady.class).frame().close();
            lose();
            assertThat(md5(asTheDisplay(flushedAndDecoded(session, 1)))).isEqualTo(reference("small").getFirst());
            assertThat(session.internalBuffers()).hasSize(6)
                    .allMatch(buffer -> buffer.record().backend().equals(TestBoard.SPARE));
        }
    }

    /** The backend leaves; the session fails when the first of its buffers is revoked, and core goes on to the last. */
    private void lose() {
        board.withdrawVideo();
        assertThat(recorder.await(DecodeEvent.Failed.class).reason().error()).isEqualTo(HeapError.REVOKED);
        board.awaitWithdrawn();
    }

    private Frame flushedAndDecoded(DecodeSession session, long timestamp) {
        session.flush();
        recorder.await(DecodeEvent.Flushed.class);
        decode(session, accessUnits("small").getFirst(), timestamp);
        return recorder.await(DecodeEvent.PictureReady.class).frame();
    }

    @Test
    void clearStreamsMayGoToNormalMemory() {
        try (DecodeSession session = open(Protection.CLEAR, Optional.of(TestBoard.NORMAL))) {
            decodeFrom(TestBoard.NORMAL, session, accessUnits("small").getFirst(), 0);
            Frame frame = recorder.await(DecodeEvent.PictureReady.class).frame();
            byte[] picture = new byte[(int) frame.format().size()];
            frame.buffer().read(0, MemorySegment.ofArray(picture));

            assertThat(md5(picture)).isEqualTo(reference("small").getFirst());
        }
    }

    @Test
    void checksTheLengthOfBitstream() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty());
                DmaBuf buffer = heap(TestBoard.VIDEO).allocate(4096)) {
            for (long length : new long[] {0, -1, buffer.size() + 1, Long.MAX_VALUE}) {
                assertThatExceptionOfType(HeapException.class).isThrownBy(() -> session.decode(buffer, length, 0))
                        .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.OUT_OF_BOUNDS));
            }
        }
    }

    @Test
    void readsBitstreamWhenItsWriterIsDoneAndNotBefore() {
        board.serveVideo();
        byte[] unit = accessUnits("small").getFirst();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty());
                DmaBuf buffer = heap(TestBoard.VIDEO).allocate(unit.length)) {
            Fence writer = new Fence("the writer of the test");
            buffer.reservation().add(writer, Fence.Usage.WRITE);
            Fence read = session.decode(buffer, unit.length, 0);
            assertThat(buffer.reservation().pending(Fence.Usage.READ)).contains(read);
            assertThat(read.await(TimeUnit.MILLISECONDS.toNanos(50))).isZero();

            buffer.write(0, MemorySegment.ofArray(unit));
            writer.signal();
            assertThat(read.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
            recorder.await(DecodeEvent.PictureReady.class);
            assertThat(recorder.seen).noneMatch(DecodeEvent.StreamError.class::isInstance);
        }
    }

    @Test
    void writesAPictureAgainWhenItsReadersAreDoneAndNotBefore() {
        board.serveVideo();
        Fence reader = new Fence("the reader of the test");
        List<byte[]> units = accessUnits("small");
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            decode(session, units.getFirst(), 0);
            Frame first = recorder.await(DecodeEvent.PictureReady.class).frame();
            DmaBuf held = first.buffer();
            String before = md5(asTheDisplay(first));
            held.reservation().add(reader, Fence.Usage.READ);
            first.close();
            for (int i = 1; i < units.size(); i++) {
                decode(session, units.get(i), i);
                Frame frame = recorder.await(DecodeEvent.PictureReady.class).frame();
                assertThat(frame.buffer().id()).isNotEqualTo(held.id());
                frame.close();
            }
            assertThat(md5(asTheDisplay(first))).isEqualTo(before);

            reader.signal();
            for (int i = 0; i < units.size(); i++) {
                decode(session, units.get(i), i);
                Frame frame = recorder.await(DecodeEvent.PictureReady.class).frame();
                if (frame.buffer().id() == held.id()) {
                    return;
                }
                frame.close();
            }
            throw new AssertionError("the buffer never came back");
        }
    }

    @Test
    void aPictureIsThereWithItsFenceAndGoneWithItsSession() {
        board.serveVideo();
        DecodeSession session = open(Protection.PROTECTED, Optional.empty());
        decode(session, accessUnits("small").getFirst(), 0);
        DmaBuf buffer = recorder.await(DecodeEvent.PictureReady.class).frame().buffer();
        assertThat(buffer.reservation().isIdle(Fence.Usage.WRITE)).isTrue();

        session.close();
        assertThat(buffer.state()).isEqualTo(BufferState.RELEASED);
    }

    @Test
    void damagedBitstreamIsReportedWithItsTimestamp() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            decode(session, new byte[] {0, 0, 0, 1, 0x65, 1, 2, 3, 4, 5, 6, 7, 8}, 4711);

            assertThat(recorder.await(DecodeEvent.StreamError.class).timestamp()).isEqualTo(4711);
        }
    }

    @Test
    void buffersThatAreRevokedEndTheSessionAndNothingHangs() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            decode(session, accessUnits("small").getFirst(), 0);
            Frame frame = recorder.await(DecodeEvent.PictureReady.class).frame();
            lose();
            assertThat(frame.buffer().state()).isEqualTo(BufferState.REVOKED);
        }
        assertThat(usage(TestBoard.VIDEO)).isZero();
    }

    @Test
    void goesOnInOtherMemoryWhenFlushedAfterARevocation() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty())) {
            decode(session, accessUnits("small").getFirst(), 0);
            Frame before = recorder.await(DecodeEvent.PictureReady.class).frame();
            lose();
            board.serveVideo();
            Frame after = flushedAndDecoded(session, 1);
            assertThat(md5(asTheDisplay(after))).isEqualTo(reference("small").getFirst());
            assertThat(before.buffer().state()).isEqualTo(BufferState.REVOKED);
            before.close();
        }
    }

    @Test
    void aBoardThatGoesOffEndsSessions() {
        board.serveVideo();
        DecodeSession session = open(Protection.PROTECTED, Optional.empty());
        board.decoder().close();

        assertThat(recorder.await(DecodeEvent.Failed.class).reason().error()).isEqualTo(HeapError.CLOSED);
        session.close();
        assertThatExceptionOfType(HeapException.class).isThrownBy(() -> open(Protection.PROTECTED, Optional.empty()))
                .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
    }

    @Test
    void aClosedSessionRefusesWork() {
        board.serveVideo();
        DecodeSession session = open(Protection.PROTECTED, Optional.empty());
        session.close();
        session.close();

        for (Runnable call : List.<Runnable>of(session::drain, session::flush,
                () -> decode(session, accessUnits("small").getFirst(), 0))) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(call::run)
                    .satisfies(e -> assertThat(e.error()).isEqualTo(HeapError.CLOSED));
        }
    }

    @Test
    void flushGivesUpWhatWaits() {
        board.serveVideo();
        try (DecodeSession session = open(Protection.PROTECTED, Optional.empty());
                DmaBuf buffer = heap(TestBoard.VIDEO).allocate(4096)) {
            buffer.reservation().add(new Fence("a writer that never is done"), Fence.Usage.WRITE);
            Fence read = session.decode(buffer, 100, 0);
            session.flush();
            recorder.await(DecodeEvent.Flushed.class);

            assertThat(read.failure().orElseThrow().error()).isEqualTo(HeapError.CANCELLED);
        }
    }

    @Test
    void theDriverStopsInOrder() {
        board.serveVideo();
        DecodeSession session = open(Protection.PROTECTED, Optional.empty());
        decode(session, accessUnits("small").getFirst(), 0);
        recorder.await(DecodeEvent.PictureReady.class);
        driver.closeAll();

        assertThat(usage(TestBoard.VIDEO)).isZero();
        assertThatExceptionOfType(HeapException.class).isThrownBy(session::drain);
    }

    private DecodeSession open(Protection protection, Optional<String> heap) {
        return driver.open(new DecodeSettings(STREAM, protection, heap, 2), recorder);
    }

    private void assertRefused(HeapError error, String why, DecodeSession session, String heap) {
        try (DmaBuf buffer = heap(heap).allocate(4096)) {
            assertThatExceptionOfType(HeapException.class).isThrownBy(() -> session.decode(buffer, 16, 0))
                    .withMessageContaining(why)
                    .satisfies(e -> assertThat(e.error()).isEqualTo(error));
        }
    }

    private void decode(DecodeSession session, byte[] unit, long timestamp) {
        decodeFrom(TestBoard.VIDEO, session, unit, timestamp);
    }

    private void decodeFrom(String heap, DecodeSession session, byte[] unit, long timestamp) {
        try (DmaBuf buffer = heap(heap).allocate(unit.length)) {
            buffer.write(0, MemorySegment.ofArray(unit));
            session.decode(buffer, unit.length, timestamp);
        }
    }

    private Heap heap(String name) {
        return board.core().heaps(CLIENT).find(name).orElseThrow();
    }

    private long usage(String heap) {
        return heap(heap).usage().buffers();
    }

    private long address(DmaBuf buffer) {
        try (Attachment attachment = board.core().importers(CLIENT)
                .attach(buffer, driver.pictureImporter(Protection.CLEAR), Access.WRITE);
                Mapping mapping = attachment.map(Access.WRITE, Duration.ZERO)) {
            SegmentCursor cursor = mapping.cursor();
            cursor.next();
            return cursor.address();
        }
    }

    /** What the display, which may read, finds there. */
    private byte[] asTheDisplay(Frame frame) {
        byte[] picture = new byte[(int) frame.format().size()];
        board.memory("display").read(address(frame.buffer()), MemorySegment.ofArray(picture));
        return picture;
    }

    static List<byte[]> accessUnits(String name) {
        byte[] stream = resource(name + ".h264");
        List<byte[]> units = new ArrayList<>();
        int start = 0;
        for (int i = 1; i + 5 <= stream.length; i++) {
            boolean delimiter = stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 0 && stream[i + 3] == 1
                    && stream[i + 4] == 9;
            if (delimiter) {
                units.add(Arrays.copyOfRange(stream, start, i));
                start = i;
            }
        }
        units.add(Arrays.copyOfRange(stream, start, stream.length));
        return units;
    }

    private static List<String> reference(String name) {
        return new String(resource(name + ".framemd5"), StandardCharsets.US_ASCII).lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                .toList();
    }

    private static byte[] resource(String name) {
        try (InputStream in = CodecDriverTest.class.getResourceAsStream("/streams/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
