// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.record.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.record.EncodedPicture;
import org.cloister.driver.record.RecordDriver;
import org.cloister.driver.record.RecordSession;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapUsage;
import org.cloister.player.clip.internal.Mp4Writer;
import org.cloister.player.clip.internal.VideoTrack;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.probe.internal.Prober;
import org.cloister.player.probe.internal.ProtectionReport;
import org.cloister.player.probe.internal.Stage;

/**
 * Records on a bench: the camera writes pictures to restricted memory, the encoder reads them there and writes bitstream
 * to restricted memory, and a trusted application encrypts that into normal memory; attacks all the way. For one thread.
 */
public final class SecureRecording {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration HEAP_PATIENCE = Duration.ofSeconds(10);
    private static final int BITS_PER_SECOND = 1_000_000;

    private final Bench bench;
    private final RecordDriver driver;
    private final RecordRequest request;

    /**
     * Prepares to record.
     *
     * @param bench where
     * @param driver of camera and encoder
     * @param request what
     */
    public SecureRecording(Bench bench, RecordDriver driver, RecordRequest request) {
        this.bench = bench;
        this.driver = driver;
        this.request = request;
    }

    /**
     * Records all pictures.
     *
     * @throws HeapException when heap, devices or trusted OS refuse
     * @throws IOException when the file cannot be written
     */
    public RecordReport run() throws IOException {
        Heap heap = bench.heaps().await(request.heap(), HEAP_PATIENCE);
        HeapUsage before = heap.usage();
        Prober prober = new Prober(bench.soc(), heap, Set.of(driver.cameraImporter().initiator(),
                driver.pictureImporter().initiator()), bench.importers());
        long size = driver.format().size();
        long bytes = 0;
        String by;
        try (RecordSession session = driver.open(BITS_PER_SECOND);
                DmaBuf picture = heap.allocate(AllocationRequest.of(size).named("picture"));
                DmaBuf bitstream = heap.allocate(AllocationRequest.of(size).named("bitstream"));
                TeeEncryption encryption = TeeEncryption.open(
                        bench.tees().get(), bitstream, request.keyId(), request.keys(), size);
                Mp4Writer writer = new Mp4Writer(request.file(), track(session), driver.framesPerSecond(),
                        request.keyId())) {
            by = encryption.by();
            prober.learn(picture, driver.cameraImporter(), Access.WRITE);
            prober.learn(bitstream, driver.bitstreamImporter(), Access.WRITE);
            prober.probe(Stage.ALLOCATED, picture);
            prober.around(Stage.ALLOCATED, picture.id());
            for (int i = 0; i < request.frames(); i++) {
                EncodedPicture encoded = record(session, prober, picture, bitstream);
                TeeEncryption.Encrypted sample = encrypt(encryption, prober, bitstream, encoded.length(), i + 1L);
                bytes += encoded.length();
                writer.add(sample.data(), encoded.key(), i + 1L, sample.parts());
            }
            prober.forget(picture.id());
            prober.forget(bitstream.id());
        }
        prober.probeFreed();
        long stillLent = prober.awaitReclaim(PATIENCE);
        return new RecordReport(request.frames(), driver.format(), driver.codec(), bytes, by,
                ProtectionReport.of(bench.soc().board(), heap, before, stillLent, prober.tally()));
    }

    private VideoTrack track(RecordSession session) {
        return new VideoTrack(driver.codec(), session.configuration(), driver.format().width(),
                driver.format().height(), OptionalInt.of(request.frames()));
    }

    /** The encoder is given the picture before the camera has taken it: fences put them in order. */
    private static EncodedPicture record(RecordSession session, Prober prober, DmaBuf picture, DmaBuf bitstream) {
        session.capture(picture);
        CompletableFuture<EncodedPicture> encoded = session.encode(picture, bitstream).toCompletableFuture();
        prober.onTheBus(Stage.RECORDING, picture.id());
        prober.onTheBus(Stage.RECORDING, bitstream.id());
        EncodedPicture done;
        try {
            done = encoded.orTimeout(PATIENCE.toNanos(), TimeUnit.NANOSECONDS).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HeapException reason ? reason : e;
        }
        prober.probe(Stage.RECORDED, picture);
        prober.probe(Stage.RECORDED, bitstream);
        return done;
    }

    private static TeeEncryption.Encrypted encrypt(
            TeeEncryption encryption, Prober prober, DmaBuf bitstream, long length, long iv) {
        CompletableFuture<Void> attack = CompletableFuture.runAsync(
                () -> prober.onTheBus(Stage.ENCRYPTING, bitstream.id()), command -> Thread.ofVirtual().start(command));
        try {
            return encryption.encrypt(bitstream, length, iv);
        } finally {
            attack.join();
        }
    }
}
