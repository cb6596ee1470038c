// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.EncoderSession;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoEncoder;

/** A video encoder that encodes H.264 with OpenH264. One thread, the device's, does all its work. */
public final class VideoEncoderModel implements VideoEncoder, AutoCloseable {
    private static final int MAX_RATE = 240;
    private static final String OPEN = "open an encoder session";

    private final String name;
    private final Dma dma;
    private final ExecutorService thread;
    private final Set<EncoderStream> streams = new HashSet<>(); // guarded by itself
    private boolean gone; // guarded by streams

    /**
     * Puts an encoder on a board. FFmpeg must be loaded.
     *
     * @param name the path of its node
     * @param dma its way to memory
     */
    public VideoEncoderModel(String name, Dma dma) {
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
    public VideoCodec codec() {
        return VideoCodec.H264;
    }

    @Override
    public EncoderSession open(PictureFormat format, int framesPerSecond, int bitsPerSecond) {
        if (format.pixels() != PixelFormat.I420 || format.width() % 2 != 0 || format.height() % 2 != 0) {
            throw new HeapException(HeapError.NOT_SUPPORTED, OPEN, name, "it does not take pictures of " + format,
                    "give I420 of even width and height");
        }
        if (framesPerSecond < 1 || framesPerSecond > MAX_RATE || bitsPerSecond < 1) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, OPEN, name, "%d pictures and %d bits a second are none"
                    .formatted(framesPerSecond, bitsPerSecond), "give 1 to %d pictures a second".formatted(MAX_RATE));
        }
        synchronized (streams) {
            if (gone) {
                throw new HeapException(HeapError.CLOSED, OPEN, name, "the board is off",
                        "wait for the device to come back");
            }
            EncoderStream stream = new EncoderStream(name, dma, thread, format,
                    new CoreEncoder(name, format, framesPerSecond, bitsPerSecond), this::forget);
            streams.add(stream);
            return stream;
        }
    }

    private void forget(EncoderStream stream) {
        synchronized (streams) {
            streams.remove(stream);
        }
    }

    /** Takes the encoder off the board: closes all streams, ends the thread. Idempotent. */
    @Override
    public void close() {
        List<EncoderStream> open;
        synchronized (streams) {
            gone = true;
            open = List.copyOf(streams);
        }
        open.forEach(EncoderStream::close);
        thread.shutdown();
    }
}
