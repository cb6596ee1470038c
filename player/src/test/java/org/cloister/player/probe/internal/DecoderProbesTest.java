// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.driver.bench.TestBoard;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.DecodeSettings;
import org.cloister.driver.codec.Protection;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;
import org.cloister.player.clip.internal.Clips;
import org.cloister.player.clip.internal.Mp4Reader;
import org.cloister.player.clip.internal.Sample;
import org.cloister.player.clip.internal.VideoTrack;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.PlayerBoard;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attacks on what the decoder works in, while that is reset, flushed, moved to another backend, and given back. */
class DecoderProbesTest {
    private final TestBoard board = new TestBoard().serveVideo().spareVideo();
    private final PlayerBoard player = new PlayerBoard(board);
    private final Bench bench = player.bench();
    private final Heap heap = bench.heaps().find(TestBoard.VIDEO).orElseThrow();
    private final Prober prober = new Prober(bench.soc(), heap, Set.of("video-decoder", "display"), bench.importers());
    private final BlockingQueue<DecodeEvent> events = new LinkedBlockingQueue<>();
    private final AtomicLong rounds = new AtomicLong();

    @AfterEach
    void switchOff() {
        prober.close();
        player.close();
    }

    @Test
    void nothingGetsThroughWhileItIsResetSwappedAndFlushed() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (Mp4Reader reader = Mp4Reader.open(Clips.ffmpeg(), Clips.path("h264-clear.mp4"))) {
            VideoTrack track = reader.track();
            Sample first = reader.next().orElseThrow();
            try (DecodeSession session = bench.codec().open(new DecodeSettings(
                    new StreamFormat(track.codec(), track.configuration(), PixelFormat.I420), Protection.PROTECTED,
                    Optional.of(TestBoard.VIDEO), 2), events::add)) {
                CompletableFuture<Void> attacks = CompletableFuture.runAsync(() -> {
                    while (!over.get()) {
                        attack(session);
                    }
                });
                try {
                    decode(session, first);
                    await(DecodeEvent.PictureReady.class).frame().close();
                    awaitAttacks();

                    DmaBuf firmware = session.internalBuffers().getFirst();
                    bench.soc().memory("cpu").write(address(firmware), MemorySegment.ofArray(new byte[64]));
                    decode(session, first);
                    await(DecodeEvent.Failed.class);
                    awaitAttacks();

                    board.core().prefer(TestBoard.VIDEO, List.of(TestBoard.SPARE));
                    for (int i = 0; i < 5; i++) {
                        session.flush();
                        await(DecodeEvent.Flushed.class);
                        decode(session, first);
                        await(DecodeEvent.PictureReady.class).frame().close();
                    }
                    awaitAttacks();
                } finally {
                    over.set(true);
                    attacks.get(60, TimeUnit.SECONDS);
                }
            }
        }
        prober.probeFreed();

        assertThat(prober.tally().breaches()).isEmpty();
        assertThat(prober.tally().repelled()).isEqualTo(prober.tally().tried()).isGreaterThan(100);
        assertThat(prober.tally().byAttacker().keySet()).contains("API", "cpu", "display", "gpu");
    }

    private void attack(DecodeSession session) {
        List<DmaBuf> buffers = session.internalBuffers();
        buffers.forEach(buffer -> prober.probeForeign(Stage.DECODING, buffer,
                bench.codec().internalImporter(Protection.PROTECTED), Access.READ_WRITE));
        if (!buffers.isEmpty()) {
            rounds.incrementAndGet();
        }
    }

    private void awaitAttacks() {
        long enough = rounds.get() + 2;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (rounds.get() < enough) {
            assertThat(System.nanoTime()).as("somebody attacks").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private long address(DmaBuf buffer) {
        try (Attachment attachment = bench.importers().attach(
                        buffer, bench.codec().internalImporter(Protection.PROTECTED), Access.READ_WRITE);
                Mapping mapping = attachment.map(Access.READ, Duration.ofSeconds(10))) {
            SegmentCursor cursor = mapping.cursor();
            cursor.next();
            return cursor.address();
        }
    }

    private void decode(DecodeSession session, Sample sample) {
        try (DmaBuf bitstream = heap.allocate(sample.data().length)) {
            bitstream.write(0, MemorySegment.ofArray(sample.data()));
            session.decode(bitstream, sample.data().length, 0);
            session.drain();
        }
    }

    private <T extends DecodeEvent> T await(Class<T> kind) throws InterruptedException {
        while (true) {
            DecodeEvent event = events.poll(60, TimeUnit.SECONDS);
            assertThat(event).as("%s", kind.getSimpleName()).isNotNull();
            if (kind.isInstance(event)) {
                return kind.cast(event);
            }
        }
    }
}
