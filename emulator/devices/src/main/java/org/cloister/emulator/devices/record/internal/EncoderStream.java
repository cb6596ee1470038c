// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.EncoderEvent;
import org.cloister.platform.device.EncoderSession;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream in the encoder. {@code work} is held while a picture is encoded, and by {@link #close}, which therefore
 * returns after the last access to memory.
 */
final class EncoderStream implements EncoderSession {
    private static final Logger LOG = LoggerFactory.getLogger(EncoderStream.class);
    private static final String ENCODE = "encode a picture";

    private final String device;
    private final Dma dma;
    private final ExecutorService thread;
    private final PictureFormat format;
    private final Consumer<EncoderStream> onClose;
    private final Queue<Job> waiting = new ArrayDeque<>(); // guarded by itself
    private boolean closed; // guarded by waiting
    private final ReentrantLock work = new ReentrantLock();
    private final CoreEncoder core; // guarded by work
    private final byte[] configuration;

    private record Job(long cookie, List<MemoryRange> picture, List<MemoryRange> bitstream, EncoderListener listener) {}

    EncoderStream(String device, Dma dma, ExecutorService thread, PictureFormat format, CoreEncoder core,
            Consumer<EncoderStream> onClose) {
        this.device = device;
        this.dma = dma;
        this.thread = thread;
        this.format = format;
        this.core = core;
        this.onClose = onClose;
        this.configuration = core.configuration();
    }

    @Override
    public byte[] configuration() {
        return configuration.clone();
    }

    @Override
    public void encode(long cookie, List<MemoryRange> picture, List<MemoryRange> bitstream, EncoderListener listener) {
        dma.requireFollowable(ENCODE, picture);
        dma.requireFollowable(ENCODE, bitstream);
        if (MemoryRange.total(picture) < format.size()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, ENCODE, device, "a picture of %s is not in %d bytes"
                    .formatted(format, MemoryRange.total(picture)), "give all of its memory");
        }
        synchronized (waiting) {
            if (closed) {
                throw new HeapException(HeapError.CLOSED, ENCODE, device, "the session is closed", "open another");
            }
            if (waiting.size() >= QUEUE_DEPTH) {
                throw new HeapException(HeapError.BUSY, ENCODE, device,
                        "%d pictures are waiting already".formatted(QUEUE_DEPTH), "wait for an event");
            }
            waiting.add(new Job(cookie, List.copyOf(picture), List.copyOf(bitstream), listener));
            thread.execute(this::run);
        }
    }

    private void run() {
        work.lock();
        try {
            Job job;
            synchronized (waiting) {
                job = waiting.poll();
            }
            if (job != null) {
                tell(job, encode(job));
            }
        } finally {
            work.unlock();
        }
    }

    private EncoderEvent encode(Job job) {
        try {
            byte[] picture = new byte[Math.toIntExact(format.size())];
            dma.gather(job.picture(), MemorySegment.ofArray(picture));
            CoreEncoder.Unit unit = core.encode(picture);
            if (unit.bytes().length > MemoryRange.total(job.bitstream())) {
                return new EncoderEvent.Failed(job.cookie(), HeapError.OUT_OF_BOUNDS,
                        "an access unit of %d bytes does not fit".formatted(unit.bytes().length));
            }
            dma.scatter(MemorySegment.ofArray(unit.bytes()), job.bitstream());
            return new EncoderEvent.Encoded(job.cookie(), unit.bytes().length, unit.key());
        } catch (BusFault fault) {
            return new EncoderEvent.Blocked(job.cookie(), fault);
        } catch (RuntimeException e) {
            LOG.error("{} broke down", device, e);
            return new EncoderEvent.Failed(job.cookie(), HeapError.FAULT, "the device broke down: " + e);
        }
    }

    private void tell(Job job, EncoderEvent event) {
        try {
            job.listener().on(event);
        } catch (RuntimeException e) {
            LOG.warn("{}: the listener of a session failed on {}", device, event, e);
        }
    }

    @Override
    public void close() {
        List<Job> unfinished;
        work.lock();
        try {
            synchronized (waiting) {
                if (closed) {
                    return;
                }
                closed = true;
                unfinished = List.copyOf(waiting);
                waiting.clear();
            }
            core.close();
        } finally {
            work.unlock();
        }
        unfinished.forEach(job -> tell(job,
                new EncoderEvent.Failed(job.cookie(), HeapError.CLOSED, "the session was closed")));
        onClose.accept(this);
    }
}
