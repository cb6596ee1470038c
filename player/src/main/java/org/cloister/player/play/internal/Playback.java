// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.DecodeSettings;
import org.cloister.driver.codec.Protection;
import org.cloister.driver.display.FramePacer;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapUsage;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;
import org.cloister.player.clip.internal.Mp4Reader;
import org.cloister.player.clip.internal.Sample;
import org.cloister.player.clip.internal.VideoTrack;
import org.cloister.player.probe.internal.ProbeTally;
import org.cloister.player.probe.internal.Prober;

/**
 * Plays one clip on a bench: demultiplexes, has samples decrypted into restricted memory, decodes, shows, and attacks all
 * the way. For one thread.
 */
public final class Playback {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int HELD_FRAMES = 3;

    private final Bench bench;
    private final PlayRequest request;
    private final Progress progress;
    private final LongSupplier nanoTime;

    /**
     * Prepares to play.
     *
     * @param bench where
     * @param request what
     * @param progress told how far it is
     * @param nanoTime the clock
     */
    public Playback(Bench bench, PlayRequest request, Progress progress, LongSupplier nanoTime) {
        this.bench = bench;
        this.request = request;
        this.progress = progress;
        this.nanoTime = nanoTime;
    }

    /** What is known when all of a clip was shown. */
    private record Shown(VideoTrack track, Optional<String> scheme, List<String> decryptedBy, DecodeWatch watch,
            Feeder feeder, OptionalLong moved, long nanos) {}

    /**
     * Plays the clip to its end.
     *
     * @throws org.cloister.player.clip.internal.ClipException when clip or key are no good
     * @throws HeapException when heap or hardware refuse
     * @throws IOException when the picture cannot be written
     * @throws InterruptedException when the thread is interrupted
     */
    public PlayReport run() throws IOException, InterruptedException {
        FrameVerifier verifier = new FrameVerifier(request.reference());
        ContactSheet sheet = new ContactSheet();
        try (Mp4Reader reader = Mp4Reader.open(bench.ffmpeg(), request.clip())) {
            HeapChoice.Choice choice = new HeapChoice(bench, progress, largestBuffer(reader.track()))
                    .choose(request.heap());
            Heap heap = choice.heap();
            HeapUsage before = heap.usage();
            Shown shown;
            Optional<PlayReport.Composed> composed;
            long stillLent;
            ProbeTally tally;
            try (Prober prober = new Prober(bench.soc(), heap, devices(), bench.importers());
                    Decryptions decryptions = new Decryptions(request.name(), request.keys(), heap, bench.tees())) {
                try (Swapper swapper = new Swapper(request.swaps(), choice, decryptions, bench, prober, progress);
                        Composition composition = new Composition(
                                choice.gpu().map(gpu -> new Composer(heap, gpu, prober)));
                        Screen screen = new Screen(bench, prober, composition.composer(), pacer(), verifier, sheet,
                                progress, PATIENCE)) {
                    swapper.begin();
                    shown = show(reader, heap, decryptions, prober, swapper, screen);
                    composed = composition.composer().map(gpu ->
                            new PlayReport.Composed(gpu.initiator(), verifier.composed(), gpu.entries()));
                    swapper.end();
                }
                prober.probeFreed();
                stillLent = prober.awaitReclaim(PATIENCE);
                tally = prober.tally();
            }
            sheet.write(request.picture());
            return report(shown, choice, before, stillLent, tally, verifier, composed);
        }
    }

    private Optional<FramePacer> pacer() {
        return request.realTime() ? Optional.of(new FramePacer(nanoTime)) : Optional.empty();
    }

    /** A picture for a display: four bytes each pixel. */
    private static long largestBuffer(VideoTrack track) {
        return Math.max(1, (long) track.width() * track.height() * Integer.BYTES);
    }

    /** Who has business with the pictures. */
    private Set<String> devices() {
        Set<String> devices = new HashSet<>(Set.of(bench.codec().pictureImporter(Protection.PROTECTED).initiator(),
                bench.output().importer().initiator()));
        bench.gpu().ifPresent(gpu -> devices.add(gpu.driver().targetImporter(true).initiator()));
        return devices;
    }

    /** The composer, if there is one, to be closed. */
    private record Composition(Optional<Composer> composer) implements AutoCloseable {
        @Override
        public void close() {
            composer.ifPresent(Composer::close);
        }
    }

    private Shown show(Mp4Reader reader, Heap heap, Decryptions decryptions, Prober prober, Swapper swapper, Screen screen)
            throws InterruptedException {
        VideoTrack track = reader.track();
        progress.expect(request.reference().map(known -> OptionalInt.of(known.frames().size()))
                .orElse(track.samples()));
        DecodeWatch watch = new DecodeWatch(request.name(), bench.codec(), prober, screen);
        long start = nanoTime.getAsLong();
        Optional<String> scheme = Optional.empty();
        StreamFormat stream = new StreamFormat(track.codec(), track.configuration(), PixelFormat.I420);
        try (DecodeSession session = bench.codec().open(
                new DecodeSettings(stream, Protection.PROTECTED, Optional.of(heap.name()), HELD_FRAMES), watch)) {
            Feeder feeder = new Feeder(heap, decryptions, bench.codec(), session, prober, swapper, PATIENCE);
            for (Optional<Sample> next = reader.next(); next.isPresent(); next = reader.next()) {
                Sample sample = next.get();
                scheme = scheme.or(() -> sample.protection().map(protection -> protection.scheme().toString()));
                watch.announce(sample);
                watch.check();
                feeder.feed(sample);
            }
            session.drain();
            if (!watch.over().await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new HeapException(HeapError.TIMED_OUT, "play", request.name(),
                        "the last pictures did not come within %d s".formatted(PATIENCE.toSeconds()),
                        "see whether the board is on");
            }
            watch.check();
            feeder.awaitAll();
            screen.awaitAll();
            watch.check();
            return new Shown(track, scheme, decryptions.by(), watch, feeder, swapper.moved(),
                    nanoTime.getAsLong() - start);
        }
    }

    private PlayReport report(Shown shown, HeapChoice.Choice choice, HeapUsage before, long stillLent, ProbeTally tally,
            FrameVerifier verifier, Optional<PlayReport.Composed> composed) {
        Heap heap = choice.heap();
        HeapUsage after = heap.usage();
        return new PlayReport(
                request.name(),
                shown.track().codec(),
                shown.watch().format().orElseThrow(),
                shown.scheme(),
                shown.decryptedBy(),
                verifier.frames(),
                verifier.verdict(),
                composed,
                choice.bypassed(),
                shown.watch().damaged(),
                bench.soc().board(),
                heap.name(),
                shown.feeder().backends(),
                shown.moved(),
                tally.tried(),
                tally.repelled(),
                tally.ciphertext(),
                tally.byAttacker(),
                tally.breaches(),
                Math.max(0, after.buffers() - before.buffers()),
                stillLent,
                after,
                shown.nanos(),
                request.picture());
    }
}
