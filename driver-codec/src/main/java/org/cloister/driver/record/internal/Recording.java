// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.record.internal;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.cloister.driver.record.EncodedPicture;
import org.cloister.driver.record.RecordSession;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.Camera;
import org.cloister.platform.device.CaptureEvent;
import org.cloister.platform.device.EncoderEvent;
import org.cloister.platform.device.EncoderSession;
import org.cloister.platform.driver.DeviceJob;

/** A recording between its client and the devices. */
final class Recording implements RecordSession {
    private static final String CAPTURE = "capture a picture";
    private static final String ENCODE = "encode a picture";

    private final Camera camera;
    private final EncoderSession encoder;
    private final RecordContext context;
    private final Consumer<Recording> onClose;
    private final AtomicLong count = new AtomicLong();
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final Set<DeviceJob<?>> jobs = ConcurrentHashMap.newKeySet(); // those that are not over

    Recording(Camera camera, EncoderSession encoder, RecordContext context, Consumer<Recording> onClose) {
        this.camera = camera;
        this.encoder = encoder;
        this.context = context;
        this.onClose = onClose;
    }

    @Override
    public byte[] configuration() {
        return encoder.configuration();
    }

    @Override
    public Fence capture(DmaBuf picture) {
        long size = camera.format().size();
        requireBytes(CAPTURE, picture, size);
        DeviceJob<Long> job = newJob(CAPTURE);
        int into = job.add(context.captures(), picture, Access.WRITE);
        start(job, () -> camera.capture(0, job.ranges(into, size), event -> {
            switch (event) {
                case CaptureEvent.Captured captured -> job.succeed(captured.frame());
                case CaptureEvent.Blocked blocked -> job.fail(blocked(CAPTURE, job, blocked.fault()));
                case CaptureEvent.GivenUp givenUp -> job.fail(closed(CAPTURE, "the camera gave it up"));
            }
        }));
        return job.done();
    }

    @Override
    public CompletionStage<EncodedPicture> encode(DmaBuf picture, DmaBuf bitstream) {
        long size = camera.format().size();
        long room = bitstream.size();
        requireBytes(ENCODE, picture, size);
        DeviceJob<EncodedPicture> job = newJob(ENCODE);
        int from = job.add(context.pictures(), picture, Access.READ);
        int into = job.add(context.bitstream(), bitstream, Access.WRITE);
        start(job, () -> encoder.encode(0, job.ranges(from, size), job.ranges(into, room), event -> {
            switch (event) {
                case EncoderEvent.Encoded encoded ->
                        job.succeed(new EncodedPicture(encoded.length(), encoded.key()));
                case EncoderEvent.Blocked blocked -> job.fail(blocked(ENCODE, job, blocked.fault()));
                case EncoderEvent.Failed failed -> job.fail(new HeapException(failed.error(), ENCODE,
                        job.done().name(), failed.reason(), "give more memory, or wait for the device"));
            }
        }));
        return job.result();
    }

    private static void requireBytes(String what, DmaBuf buffer, long length) {
        if (length > buffer.size()) {
            throw new HeapException(HeapError.OUT_OF_BOUNDS, what, "buffer " + buffer.id(),
                    "a picture of %d bytes is not in a buffer of %d".formatted(length, buffer.size()),
                    "allocate a larger one");
        }
    }

    private <T> DeviceJob<T> newJob(String what) {
        if (!open.get()) {
            throw closed(what, "the session is closed");
        }
        return new DeviceJob<>("%s %d".formatted(what, count.incrementAndGet()), context.importers(),
                context.patience());
    }

    private void start(DeviceJob<?> job, Runnable submit) {
        jobs.add(job);
        job.done().onSignal(() -> jobs.remove(job));
        job.start(submit);
        if (!open.get()) {
            job.giveUp(closed("record", "the session was closed"));
        }
    }

    private static HeapException blocked(String what, DeviceJob<?> job, BusFault fault) {
        return new HeapException(HeapError.FAULT, what, job.done().name(), fault.getMessage(),
                "find out why the device has no right to it", fault);
    }

    private static HeapException closed(String what, String why) {
        return new HeapException(HeapError.CLOSED, what, "the recording", why, "open another");
    }

    @Override
    public void close() {
        if (open.getAndSet(false)) {
            Set.copyOf(jobs).forEach(job -> job.giveUp(closed("record", "the session was closed")));
            encoder.close();
            onClose.accept(this);
        }
    }
}
