// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.cloister.driver.codec.CodecDriver;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.DecodeSettings;
import org.cloister.driver.codec.Frame;
import org.cloister.driver.codec.Protection;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.Layer;
import org.cloister.driver.panthor.Composition;
import org.cloister.driver.panthor.GpuGroup;
import org.cloister.driver.panthor.GroupSettings;
import org.cloister.driver.panthor.PanthorDriver;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.Heap;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.Scene.Area;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;

/**
 * Plays a clip: decoder, GPU and display, each of which waits for the one before by the fences of the buffers, which are
 * all of one heap. What is done does not depend on whether that is protected. For one thread.
 */
final class Pipeline {
    private static final int MOST_IN_FLIGHT = 4;
    private static final int HELD_FRAMES = 3;
    private static final int TARGETS = 3;
    private static final int OPAQUE = 255;
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final CodecDriver codec;
    private final PanthorDriver gpu;
    private final DisplayOutput output;
    private final Heap heap;
    private final boolean isProtected;

    /**
     * Prepares to play.
     *
     * @param heap where bitstream and pictures go
     * @param isProtected whether that is a heap for protected video, and the GPU has to enter protected mode
     */
    Pipeline(CodecDriver codec, PanthorDriver gpu, DisplayOutput output, Heap heap, boolean isProtected) {
        this.codec = codec;
        this.gpu = gpu;
        this.output = output;
        this.heap = heap;
        this.isProtected = isProtected;
    }

    /**
     * Plays a clip to its end, as fast as it goes.
     *
     * @param units its access units
     * @return how many pictures were shown
     */
    int play(List<MemorySegment> units) {
        var settings = new DecodeSettings(new StreamFormat(VideoCodec.H264, new byte[0], PixelFormat.I420),
                isProtected ? Protection.PROTECTED : Protection.CLEAR, Optional.of(heap.name()), HELD_FRAMES);
        try (var screening = new Screening(); DecodeSession session = codec.open(settings, screening::on)) {
            feed(session, units);
            session.drain();
            return screening.awaitAll();
        }
    }

    private void feed(DecodeSession session, List<MemorySegment> units) {
        Deque<Fence> inFlight = new ArrayDeque<>();
        for (int i = 0; i < units.size(); i++) {
            if (inFlight.size() == MOST_IN_FLIGHT) {
                await(inFlight.remove());
            }
            long length = units.get(i).byteSize();
            try (DmaBuf buffer = heap.allocate(AllocationRequest.of(length).named("bitstream"))) {
                buffer.write(0, units.get(i));
                inFlight.add(session.decode(buffer, length, i));
            }
        }
        inFlight.forEach(Pipeline::await);
    }

    private static void await(Fence fence) {
        if (fence.await(PATIENCE) <= 0) {
            throw new IllegalStateException(fence + " is late");
        }
        fence.failure().ifPresent(failure -> {
            throw failure;
        });
    }

    /** One clip's way from the decoder to the panel. */
    private final class Screening implements AutoCloseable {
        private final GpuGroup group = gpu.createGroup(new GroupSettings(isProtected, GroupSettings.MAX_PRIORITY));
        private final List<DmaBuf> targets = new ArrayList<>(); // for the session's thread until it is over
        private final List<Fence> shown = new ArrayList<>();
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile Optional<RuntimeException> failure = Optional.empty();

        void on(DecodeEvent event) {
            switch (event) {
                case DecodeEvent.PictureReady ready -> show(ready.frame());
                case DecodeEvent.StreamError error -> fail(new IllegalStateException(error.reason()));
                case DecodeEvent.Failed failed -> fail(failed.reason());
                case DecodeEvent.Drained() -> over.countDown();
                case DecodeEvent.FormatChanged _, DecodeEvent.WaitingForHeap _, DecodeEvent.Flushed _ -> { }
            }
        }

        private void show(Frame frame) {
            try (frame) {
                PictureFormat format = frame.format();
                DmaBuf target = target(format);
                group.compose(new Composition(target, format.width(), format.height(), 0, List.of(new Composition.Layer(
                        frame.buffer(), format, new Area(0, 0, format.width(), format.height()), OPAQUE))));
                shown.add(output.flip(List.of(new Layer(target, new PictureFormat(PixelFormat.XRGB8888, format.width(),
                        format.height(), format.colour()),
                        Area.fit(format.width(), format.height(), output.width(), output.height())))));
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        private DmaBuf target(PictureFormat format) {
            if (targets.isEmpty()) {
                long size = (long) format.width() * format.height() * Integer.BYTES;
                IntStream.range(0, TARGETS).forEach(_ ->
                        targets.add(heap.allocate(AllocationRequest.of(size).named("composed picture"))));
            }
            return targets.get(shown.size() % TARGETS);
        }

        private void fail(RuntimeException reason) {
            failure = failure.or(() -> Optional.of(reason));
            over.countDown();
        }

        int awaitAll() {
            try {
                if (!over.await(PATIENCE, TimeUnit.NANOSECONDS)) {
                    throw new IllegalStateException("the decoder does not come to an end");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            failure.ifPresent(reason -> {
                throw reason;
            });
            shown.forEach(Pipeline::await);
            return shown.size();
        }

        @Override
        public void close() {
            group.close();
            targets.forEach(DmaBuf::close);
        }
    }
}
