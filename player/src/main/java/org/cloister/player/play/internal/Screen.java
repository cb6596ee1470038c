// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.driver.codec.Frame;
import org.cloister.driver.display.DisplayPlane;
import org.cloister.driver.display.FramePacer;
import org.cloister.driver.display.Layer;
import org.cloister.emulator.devices.FetchedPicture;
import org.cloister.emulator.devices.Panel;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.cloister.player.probe.internal.Prober;
import org.cloister.player.probe.internal.Stage;

/**
 * The end of playback: hands pictures to the display driver, by way of a GPU if there is one, and in time
 * if there is a pacer; watches with the eyes of a test bench what the display fetches and what the panel shows. Nobody
 * else may use the panel meanwhile. Safe for use by any thread.
 */
final class Screen implements AutoCloseable {
    private final Bench bench;
    private final Prober prober;
    private final Optional<Composer> composer;
    private final Optional<FramePacer> pacer;
    private final FrameVerifier verifier;
    private final ContactSheet sheet;
    private final Progress progress;
    private final Duration patience;
    private final Panel.Clip analyser;
    private final ConcurrentLinkedQueue<Long> onTheWay = new ConcurrentLinkedQueue<>(); // buffers, in order
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int given; // guarded by lock, as are those below
    private int finished;
    private Optional<HeapException> failure = Optional.empty();

    /** Shows pictures when a pacer says so, which it closes in the end, or as soon as they can be. */
    Screen(Bench bench, Prober prober, Optional<Composer> composer, Optional<FramePacer> pacer, FrameVerifier verifier,
            ContactSheet sheet, Progress progress, Duration patience) {
        this.bench = bench;
        this.prober = prober;
        this.composer = composer;
        this.pacer = pacer;
        this.verifier = verifier;
        this.sheet = sheet;
        this.progress = progress;
        this.patience = patience;
        this.analyser = bench.panel().analyse(this::fetched);
    }

    /** Shows a picture of some time after those before it. */
    void show(Frame frame, Duration time) {
        PictureFormat format = frame.format();
        Area area = Area.fit(format.width(), format.height(), bench.output().width(), bench.output().height());
        Layer layer = composer.map(gpu -> new Layer(gpu.compose(frame), new PictureFormat(PixelFormat.XRGB8888,
                        format.width(), format.height(), format.colour()), area))
                .orElseGet(() -> new Layer(frame.buffer(), format, area));
        onTheWay.add(layer.buffer().id());
        Fence shown = bench.output().plane(DisplayPlane.Kind.PRIMARY)
                .flip(List.of(layer), pacer.map(pace -> pace.due(time)).stream().toList());
        lock.lock();
        try {
            given++;
        } finally {
            lock.unlock();
        }
        shown.onSignal(() -> shown(shown));
    }

    /** The display has fetched a picture; on the device's thread. */
    private void fetched(FetchedPicture picture) {
        composer.map(gpu -> gpu.check(picture.content())).ifPresentOrElse(
                seen -> verifier.check(seen.source(), seen.exact()), () -> verifier.check(picture.content()));
        Optional.ofNullable(onTheWay.peek()).ifPresent(buffer -> prober.onTheBus(Stage.SCAN_OUT, buffer));
    }

    /** The panel shows a picture, or will not; before the next one is begun. */
    private void shown(Fence fence) {
        Optional.ofNullable(onTheWay.poll()).ifPresent(buffer -> prober.onTheBus(Stage.SHOWN, buffer));
        if (fence.failure().isEmpty()) {
            sheet.offer(bench.panel()::photograph);
        }
        lock.lock();
        try {
            finished++;
            failure = failure.or(fence::failure);
            progress.shown(finished);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Why a picture could not be shown, if that happened. */
    Optional<HeapException> failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all pictures that were given are shown, or will not be.
     *
     * @throws HeapException {@code TIMED_OUT} when the next one takes too long
     */
    void awaitAll() throws InterruptedException {
        lock.lock();
        try {
            while (finished < given) {
                int before = finished;
                if (!changed.await(patience.toNanos(), TimeUnit.NANOSECONDS) && finished == before) {
                    throw new HeapException(HeapError.TIMED_OUT, "show a picture", bench.output().name(),
                            "it was not shown within %d s".formatted(patience.toSeconds()), "see whether the board is on");
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for pictures that are on their way, also when playback was given up, and takes the analyser off. */
    @Override
    public void close() {
        pacer.ifPresent(FramePacer::close);
        try {
            awaitAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            analyser.close();
        }
    }
}
