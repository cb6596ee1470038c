// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DecoderListener;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoDecoder;

/**
 * A video decoder that decodes with FFmpeg. One thread, the device's, does all its work. Safe for use by any thread.
 */
public final class VideoDecoderModel implements VideoDecoder, AutoCloseable {
    /** How many streams the hardware can hold at a time. */
    public static final int MAX_SESSIONS = 16;

    private final String name;
    private final Dma dma;
    private final ExecutorService thread;
    private final Set<Session> sessions = new HashSet<>(); // guarded by itself
    private boolean gone; // guarded by sessions

    /**
     * Puts a decoder on a board. FFmpeg must be loaded.
     *
     * @param name the path of its node
     * @param dma its way to memory
     */
    public VideoDecoderModel(String name, Dma dma) {
        this.name = name;
        this.dma = dma;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("cloister " + dma.memory().initiator().name()).factory());
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
    public Set<VideoCodec> codecs() {
        return Set.of(VideoCodec.values());
    }

    @Override
    public DmaLimits limits() {
        return dma.limits();
    }

    @Override
    public DecoderSession open(StreamFormat stream, DecoderListener listener) {
        synchronized (sessions) {
            if (gone) {
                throw new HeapException(HeapError.CLOSED, "open a decoder session", name,
                        "the board is off", "wait for the device to come back");
            }
            if (sessions.size() == MAX_SESSIONS) {
                throw new HeapException(HeapError.BUSY, "open a decoder session", name,
                        "all %d sessions of the hardware are in use".formatted(MAX_SESSIONS), "close one");
            }
            Session session = new Session(name, dma, thread, new CoreDecoder(name, stream), listener, this::forget);
            sessions.add(session);
            return session;
        }
    }

    private void forget(Session session) {
        synchronized (sessions) {
            sessions.remove(session);
        }
    }

    /** Takes the decoder off the board: halts and closes all sessions, ends the thread. Idempotent. */
    @Override
    public void close() {
        List<Session> open;
        synchronized (sessions) {
            gone = true;
            open = List.copyOf(sessions);
        }
        open.forEach(Session::deviceGone);
        thread.shutdown();
    }
}
