// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.cloister.core.internal.TestCore;
import org.cloister.driver.bench.TestBackend;
import org.cloister.driver.record.EncodedPicture;
import org.cloister.driver.record.RecordSession;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.record.internal.CameraModel;
import org.cloister.emulator.devices.record.internal.VideoEncoderModel;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.ffmpeg.FfmpegLibraries;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importer;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.Camera;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.driver.Patience;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The driver with camera and encoder on a board whose firewall lets each of them at what it needs: the camera writes
 * recordings, the encoder reads and writes them, the CPU does neither.
 */
@Timeout(180)
class RecordDriverTest {
    private static final String RECORD = "protected,secure-video-record";
    private static final String VIDEO = "protected,secure-video";
    private static final String NORMAL = "system";
    /** Says the same as {@link #RECORD}, and the firewall does not. */
    private static final String BROKEN = "acme,broken-record";
    private static final DmaLimits LIMITS = new DmaLimits(40, 16, 64, 1L << 30);
    private static final long SIZE = 16 << 20;
    private static final long RAM = 0x8000_0000L;
    private static final long RECORD_BASE = 0x9000_0000L;
    private static final long VIDEO_BASE = 0x9400_0000L;
    private static final long BROKEN_BASE = 0x9800_0000L;
    private static final Map<String, Access> GRANTS =
            Map.of("camera", Access.WRITE, "video-encoder", Access.READ_WRITE);

    private static FfmpegLibraries ffmpeg;

    private final PoweredSoc power = new SocBuilder(new BoardBuilder("record", "the board of the record driver's tests")
            .ram(RAM, 1L << 30)
            .device("camera", 0x480_0000L, 0x1000, 125, 7)
            .device("video-encoder", 0x490_0000L, 0x1000, 126, 8)
            .carveOut("record", RECORD_BASE, SIZE, UseCase.SECURE_VIDEO_RECORD, "camera:w", "video-encoder:rw")
            .carveOut("video", VIDEO_BASE, SIZE, UseCase.SECURE_VIDEO, "cpu:w")
            .carveOut("broken", BROKEN_BASE, SIZE, UseCase.SECURE_VIDEO_RECORD, "cpu:w")
            .build()).boot();
    private final TestCore core = new TestCore();
    private final CameraModel camera = new CameraModel("/soc/camera@4800000", new Dma(memory("camera"), LIMITS));
    private final VideoEncoderModel encoder =
            new VideoEncoderModel("/soc/video-encoder@4900000", new Dma(memory("video-encoder"), LIMITS), () -> ffmpeg);
    private final RecordDriverComponent driver =
            new RecordDriverComponent(camera, encoder, core.importers("driver"),
                    Patience.of(Duration.ofSeconds(30)));
    private final int picture = (int) driver.format().size();

    private final Runnable recordBackend;

    {
        recordBackend = core.add(TestBackend.restricted(
                RECORD, UseCase.SECURE_VIDEO_RECORD, RECORD_BASE, SIZE, memory("cpu"), GRANTS));
        core.add(TestBackend.restricted(
                VIDEO, UseCase.SECURE_VIDEO, VIDEO_BASE, SIZE, memory("cpu"), Map.of("cpu", Access.WRITE)));
        core.add(TestBackend.restricted(
                BROKEN, UseCase.SECURE_VIDEO_RECORD, BROKEN_BASE, SIZE, memory("cpu"), GRANTS));
        core.add(TestBackend.normal(NORMAL, RAM, SIZE, memory("cpu")));
    }

    @BeforeAll
    static void loadFfmpeg() throws IOException {
        ffmpeg = FfmpegLibraries.loadInto(Path.of("target", "ffmpeg"));
    }

    @AfterEach
    void switchOff() {
        driver.closeAll();
        camera.close();
        encoder.close();
        core.close();
        power.close();
    }

    private PhysicalMemory memory(String initiator) {
        return power.soc().memory(initiator);
    }

    private DmaBuf buffer(String heap, int size) {
        return core.heaps("client").find(heap).orElseThrow().allocate(size);
    }

    private long place(DmaBuf buffer, Importer importer, Access access) {
        try (Attachment attachment = core.importers("client").attach(buffer, importer, access);
                Mapping mapping = attachment.map(access, Duration.ofSeconds(30))) {
            SegmentCursor cursor = mapping.cursor();
            assertThat(cursor.next()).isTrue();
            return cursor.address();
        }
    }

    private static void succeed(Fence fence) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        assertThat(fence.failure()).isEmpty();
    }

    private static HeapException failure(Fence fence) {
        assertThat(fence.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
        return fence.failure().orElseThrow();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static void failed(CompletionStage<?> stage, HeapError error) {
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> get(stage))
                .havingCause().isInstanceOfSatisfying(HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
    }

    private static void refused(HeapError error, Runnable call) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(call::run)
                .satisfies(e -> assertThat(e.error()).as(e.getMessage()).isEqualTo(error));
    }

    @Test
    void recordsWithoutAnybodyElseSeeingAPicture() {
        try (RecordSession session = driver.open(400_000); DmaBuf frame = buffer(RECORD, picture);
                DmaBuf bitstream = buffer(RECORD, 1 << 17)) {
            Fence captured = session.capture(frame);
            EncodedPicture first = get(session.encode(frame, bitstream)); // waits for the camera, by itself
            assertThat(captured.isSignalled()).isTrue();
            assertThat(first.key()).isTrue();
            assertThat(first.length()).isPositive();
            assertThat(session.configuration()).startsWith(1);
            long address = place(frame, driver.pictureImporter(), Access.READ);
            assertThat(memory("video-encoder").readLong(address)).isNotZero();
            for (String outsider : List.of("cpu", "camera")) {
                assertThatExceptionOfType(BusFault.class).isThrownBy(() -> memory(outsider).readLong(address));
            }
            refused(HeapError.CPU_ACCESS_DENIED, () -> bitstream.read(0, MemorySegment.ofArray(new byte[8])));
        }
        assertThat(core.open("driver")).containsOnly(0);
    }

    @Test
    void refusesMemoryThatIsNotForRecordings() {
        try (RecordSession session = driver.open(400_000); DmaBuf frame = buffer(RECORD, picture);
                DmaBuf bitstream = buffer(RECORD, 4096); DmaBuf normal = buffer(NORMAL, picture);
                DmaBuf video = buffer(VIDEO, picture)) {
            for (DmaBuf wrong : List.of(normal, video)) {
                refused(HeapError.NOT_PERMITTED, () -> session.capture(wrong));
                refused(HeapError.NOT_PERMITTED, () -> session.encode(wrong, bitstream));
                refused(HeapError.NOT_PERMITTED, () -> session.encode(frame, wrong)); // how pictures would get out
                assertThat(wrong.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
            }
            assertThat(frame.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
            assertThat(bitstream.reservation().isIdle(Fence.Usage.BOOKKEEP)).isTrue();
        }
    }

    @Test
    void refusesBuffersThatAreTooSmallAndTellsOfUnitsThatDoNotFit() {
        try (RecordSession session = driver.open(4_000_000); DmaBuf frame = buffer(RECORD, picture);
                DmaBuf small = buffer(RECORD, 4096)) {
            refused(HeapError.OUT_OF_BOUNDS, () -> session.capture(small));
            refused(HeapError.OUT_OF_BOUNDS, () -> session.encode(small, frame));
            succeed(session.capture(frame));
            failed(session.encode(frame, small), HeapError.OUT_OF_BOUNDS);
        }
    }

    @Test
    void aFirewallThatKnowsNothingOfTheHeapStopsTheCameraAndThenTheEncoder() {
        try (RecordSession session = driver.open(400_000); DmaBuf frame = buffer(BROKEN, picture);
                DmaBuf bitstream = buffer(RECORD, 1 << 17)) {
            Fence user = new Fence("somebody who looks at the picture before");
            frame.reservation().add(user, Fence.Usage.READ);
            Fence blocked = session.capture(frame);
            CompletionStage<EncodedPicture> nothing = session.encode(frame, bitstream);
            user.signal(); // only now does the camera begin
            assertThat(failure(blocked).error()).isEqualTo(HeapError.FAULT);
            failed(nothing, HeapError.CANCELLED);
            failed(session.encode(frame, bitstream), HeapError.FAULT); // the encoder may not read it either
        }
    }

    @Test
    void whatWaitsIsGivenUpWhenTheSessionIsClosed() {
        Fence user = new Fence("somebody who looks at the picture");
        try (DmaBuf frame = buffer(RECORD, picture); DmaBuf bitstream = buffer(RECORD, 1 << 17)) {
            RecordSession session = driver.open(400_000);
            frame.reservation().add(user, Fence.Usage.READ);
            Fence waiting = session.capture(frame);
            CompletionStage<EncodedPicture> next = session.encode(frame, bitstream);
            assertThat(waiting.isSignalled()).isFalse();
            session.close();
            session.close();
            assertThat(failure(waiting).error()).isEqualTo(HeapError.CLOSED);
            assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> get(next));
            refused(HeapError.CLOSED, () -> session.capture(frame));
            refused(HeapError.CLOSED, () -> session.encode(frame, bitstream));
            user.signal();
        }
        assertThat(core.open("driver")).containsOnly(0);
    }

    @Test
    void revokedMemoryFailsWhatWaitsAndWhatComesAndNothingHangs() {
        Fence user = new Fence("somebody who looks at the picture");
        try (RecordSession session = driver.open(400_000); DmaBuf frame = buffer(RECORD, picture);
                DmaBuf bitstream = buffer(RECORD, 1 << 17)) {
            succeed(session.capture(frame));
            frame.reservation().add(user, Fence.Usage.READ);
            Fence waiting = session.capture(frame);
            CompletionStage<EncodedPicture> after = session.encode(frame, bitstream);
            recordBackend.run();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (frame.state() == BufferState.LIVE || bitstream.state() == BufferState.LIVE) {
                assertThat(System.nanoTime()).as("both are revoked").isLessThan(deadline);
                Thread.onSpinWait();
            }

            refused(HeapError.REVOKED, () -> session.capture(frame));
            refused(HeapError.REVOKED, () -> session.encode(frame, bitstream));
            user.signal();
            assertThat(failure(waiting).error()).isEqualTo(HeapError.REVOKED);
            failed(after, HeapError.CANCELLED);
        }
        assertThat(core.open("driver")).containsOnly(0);
    }

    @Test
    void memoryThatIsRevokedWhileTheDevicesWorkIsLetGoOfFirst() {
        try (RecordSession session = driver.open(400_000); DmaBuf frame = buffer(RECORD, picture);
                DmaBuf bitstream = buffer(RECORD, 1 << 17)) {
            List<Fence> captures = new ArrayList<>();
            List<CompletionStage<EncodedPicture>> units = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                captures.add(session.capture(frame));
                units.add(session.encode(frame, bitstream));
            }
            recordBackend.run();
            for (Fence capture : captures) {
                assertThat(capture.await(TimeUnit.SECONDS.toNanos(60))).isPositive();
                assertThat(capture.failure().map(HeapException::error)).isIn(Optional.empty(),
                        Optional.of(HeapError.REVOKED), Optional.of(HeapError.CANCELLED));
            }
            for (CompletionStage<EncodedPicture> unit : units) {
                assertThat(unit.handle((_, failure) -> failure == null ? "encoded"
                        : ((HeapException) failure).error().name()).toCompletableFuture()
                        .orTimeout(60, TimeUnit.SECONDS).join()).isIn("encoded", "REVOKED", "CANCELLED");
            }
        }
        assertThat(core.open("driver")).containsOnly(0);
        assertThat(power.soc().faults().latest()).as("no device was caught in memory that was gone").isEmpty();
    }

    @Test
    void devicesThatGoFailWork() {
        try (RecordSession session = driver.open(400_000); DmaBuf frame = buffer(RECORD, picture);
                DmaBuf bitstream = buffer(RECORD, 1 << 17)) {
            succeed(session.capture(frame));
            camera.close();
            assertThat(failure(session.capture(frame)).error()).isEqualTo(HeapError.CLOSED);
            encoder.close();
            DmaBuf other = buffer(RECORD, picture);
            failed(session.encode(other, bitstream), HeapError.CLOSED);
            other.close();
            refused(HeapError.CLOSED, () -> driver.open(400_000));
        }
    }

    @Test
    void refusesRatesThatMakeNoStreamAndSessionsThatTheEncoderDoesNotHave() {
        refused(HeapError.INVALID_ARGUMENT, () -> driver.open(0));
        refused(HeapError.INVALID_ARGUMENT, () -> driver.open(-5));
        for (int i = 0; i < VideoEncoderModel.MAX_SESSIONS; i++) {
            driver.open(100_000);
        }
        refused(HeapError.BUSY, () -> driver.open(100_000));
        driver.closeAll();
        driver.open(100_000).close();
    }

    @Test
    void moreCapturesThanTheCameraHoldsAreKeptBack() {
        try (RecordSession session = driver.open(400_000); DmaBuf frame = buffer(RECORD, picture)) {
            for (int i = 0; i < 3 * Camera.QUEUE_DEPTH; i++) {
                succeed(session.capture(frame));
            }
            assertThat(frame.reservation().isIdle(Fence.Usage.WRITE)).isTrue();
        }
    }
}
