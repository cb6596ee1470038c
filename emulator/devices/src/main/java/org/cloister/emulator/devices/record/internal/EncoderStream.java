// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import org.cloister.emulator.devices.internal.BusDevice;
import org.cloister.emulator.devices.internal.WorkQueue;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.EncoderEvent;
import org.cloister.platform.device.EncoderSession;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;

/**
 * A stream in the encoder. {@link #close} returns after the last access to memory.
 */
final class EncoderStream implements EncoderSession {
    private static final String ENCODE = "encode a picture";

    private final BusDevice device;
    private final PictureFormat format;
    private final CoreEncoder core; // for the device's thread, and for who closes
    private final Consumer<EncoderStream> onClose;
    private final WorkQueue<Job> jobs;
    private final byte[] configuration;

    private record Job(long cookie, List<MemoryRange> picture, List<MemoryRange> bitstream, EncoderListener listener) {}

    EncoderStream(BusDevice device, PictureFormat format, CoreEncoder core, Consumer<EncoderStream> onClose) {
        this.device = device;
        this.format = format;
        this.core = core;
        this.onClose = onClose;
        this.jobs = new WorkQueue<>(device, "pictures", QUEUE_DEPTH, job ->
                device.tell(job.listener()::on, encode(job)));
        this.configuration = core.configuration();
    }

    @Override
    public byte[] configuration() {
        return configuration.clone();
    }

    @Override
    public void encode(long cookie, List<MemoryRange> picture, List<MemoryRange> bitstream, EncoderListener listener) {
        device.dma().requireFollowable(ENCODE, picture);
        device.dma().requireFollowable(ENCODE, bitstream);
        if (MemoryRange.total(picture) < format.size()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, ENCODE, device.name(),
                    "a picture of %s is not in %d bytes".formatted(format, MemoryRange.total(picture)),
                    "give all of its memory");
        }
        jobs.add(ENCODE, new Job(cookie, List.copyOf(picture), List.copyOf(bitstream), listener), this::closed);
    }

    private HeapException closed(String what) {
        return new HeapException(HeapError.CLOSED, what, device.name(), "the session is closed", "open another");
    }

    private EncoderEvent encode(Job job) {
        try {
            byte[] picture = new byte[Math.toIntExact(format.size())];
            device.dma().gather(job.picture(), MemorySegment.ofArray(picture));
            CoreEncoder.Unit unit = core.encode(picture);
            if (unit.bytes().length > MemoryRange.total(job.bitstream())) {
                return new EncoderEvent.Failed(job.cookie(), HeapError.OUT_OF_BOUNDS,
                        "an access unit of %d bytes does not fit".formatted(unit.bytes().length));
            }
            device.dma().scatter(MemorySegment.ofArray(unit.bytes()), job.bitstream());
            return new EncoderEvent.Encoded(job.cookie(), unit.bytes().length, unit.key());
        } catch (BusFault fault) {
            return new EncoderEvent.Blocked(job.cookie(), fault);
        } catch (RuntimeException e) {
            return new EncoderEvent.Failed(job.cookie(), HeapError.FAULT, device.brokeDown(e));
        }
    }

    @Override
    public void close() {
        jobs.close(job -> device.tell(job.listener()::on, new EncoderEvent.Failed(
                job.cookie(), HeapError.CLOSED, "the session was closed")), core::close);
        onClose.accept(this);
    }
}
