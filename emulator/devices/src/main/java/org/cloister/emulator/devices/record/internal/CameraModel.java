// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.Camera;
import org.cloister.platform.device.CaptureEvent;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A camera that sees the same each time, and is as fast as memory for its pictures comes. Safe for use by any thread. */
public final class CameraModel implements Camera, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CameraModel.class);
    private static final String CAPTURE = "capture a picture";
    private static final int RATE = 25;

    private final String name;
    private final Dma dma;
    private final PictureFormat format = new PictureFormat(PixelFormat.I420, 320, 180, ColourCoding.BT601_LIMITED);
    private final ExecutorService thread;
    private final Queue<Capture> waiting = new ArrayDeque<>(); // guarded by itself
    private boolean gone; // guarded by waiting
    private long next; // for the device's thread

    private record Capture(long cookie, List<MemoryRange> memory, CaptureListener listener) {}

    /**
     * Puts a camera on a board.
     *
     * @param name the path of its node
     * @param dma its way to memory
     */
    public CameraModel(String name, Dma dma) {
        this.name = name;
        this.dma = dma;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("cloister " + initiator().name()).factory());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Initiator initiator() {
        return dma.memory().initiator();
    }

    @Override
    public DmaLimits limits() {
        return dma.limits();
    }

    @Override
    public PictureFormat format() {
        return format;
    }

    @Override
    public int framesPerSecond() {
        return RATE;
    }

    @Override
    public void capture(long cookie, List<MemoryRange> memory, CaptureListener listener) {
        dma.requireFollowable(CAPTURE, memory);
        if (MemoryRange.total(memory) < format.size()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, CAPTURE, name, "a picture of %s does not fit into %d bytes"
                    .formatted(format, MemoryRange.total(memory)), "give more memory");
        }
        synchronized (waiting) {
            if (gone) {
                throw new HeapException(HeapError.CLOSED, CAPTURE, name, "the board is off",
                        "wait for the device to come back");
            }
            if (waiting.size() >= QUEUE_DEPTH) {
                throw new HeapException(HeapError.BUSY, CAPTURE, name,
                        "%d captures are waiting already".formatted(QUEUE_DEPTH), "wait for an event");
            }
            waiting.add(new Capture(cookie, List.copyOf(memory), listener));
            thread.execute(this::run);
        }
    }

    private void run() {
        Capture capture;
        synchronized (waiting) {
            capture = waiting.poll();
        }
        if (capture == null) {
            return;
        }
        try {
            dma.scatter(MemorySegment.ofArray(TestScene.picture(format, next)), capture.memory());
            tell(capture, new CaptureEvent.Captured(capture.cookie(), next));
            next++;
        } catch (BusFault fault) {
            tell(capture, new CaptureEvent.Blocked(capture.cookie(), fault));
        } catch (RuntimeException e) {
            LOG.error("{} broke down", name, e);
            tell(capture, new CaptureEvent.GivenUp(capture.cookie()));
        }
    }

    private void tell(Capture capture, CaptureEvent event) {
        try {
            capture.listener().on(event);
        } catch (RuntimeException e) {
            LOG.warn("{}: the listener of a capture failed on {}", name, event, e);
        }
    }

    /** Takes the camera off the board: gives up captures that wait. Idempotent. */
    @Override
    public void close() {
        List<Capture> unfinished;
        synchronized (waiting) {
            gone = true;
            unfinished = List.copyOf(waiting);
            waiting.clear();
        }
        unfinished.forEach(capture -> tell(capture, new CaptureEvent.GivenUp(capture.cookie())));
        thread.close();
    }
}
