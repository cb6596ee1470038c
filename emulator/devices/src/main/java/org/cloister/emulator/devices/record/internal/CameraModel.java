// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.record.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.emulator.devices.internal.BusDevice;
import org.cloister.emulator.devices.internal.Dma;
import org.cloister.emulator.devices.internal.WorkQueue;
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

/** A camera that sees the same each time, and is as fast as memory for its pictures comes. Safe for use by any thread. */
public final class CameraModel implements Camera, AutoCloseable {
    private static final String CAPTURE = "capture a picture";
    private static final int RATE = 25;

    private final BusDevice device;
    private final WorkQueue<Capture> captures;
    private final PictureFormat format = new PictureFormat(PixelFormat.I420, 320, 180, ColourCoding.BT601_LIMITED);
    private long next; // for the device's thread

    private record Capture(long cookie, List<MemoryRange> memory, CaptureListener listener) {}

    /**
     * Puts a camera on a board.
     *
     * @param name the path of its node
     * @param dma its way to memory
     */
    public CameraModel(String name, Dma dma) {
        this.device = new BusDevice(name, dma);
        this.captures = new WorkQueue<>(device, "captures", QUEUE_DEPTH, this::take);
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public Initiator initiator() {
        return device.initiator();
    }

    @Override
    public DmaLimits limits() {
        return device.limits();
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
        device.dma().requireFollowable(CAPTURE, memory);
        if (MemoryRange.total(memory) < format.size()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, CAPTURE, device.name(),
                    "a picture of %s does not fit into %d bytes".formatted(format, MemoryRange.total(memory)),
                    "give more memory");
        }
        captures.add(CAPTURE, new Capture(cookie, List.copyOf(memory), listener), device::off);
    }

    private void take(Capture capture) {
        device.tell(capture.listener()::on, result(capture));
    }

    private CaptureEvent result(Capture capture) {
        try {
            device.dma().scatter(MemorySegment.ofArray(TestScene.picture(format, next)), capture.memory());
            return new CaptureEvent.Captured(capture.cookie(), next++);
        } catch (BusFault fault) {
            return new CaptureEvent.Blocked(capture.cookie(), fault);
        } catch (RuntimeException e) {
            device.brokeDown(e);
            return new CaptureEvent.GivenUp(capture.cookie());
        }
    }

    /** Takes the camera off the board: gives up captures that wait, lets the one that it does finish. Idempotent. */
    @Override
    public void close() {
        captures.close(capture -> device.tell(capture.listener()::on, new CaptureEvent.GivenUp(capture.cookie())),
                device::end);
    }
}
