// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/** A camera. Registered as a service with the property {@value #NAME}. Safe for use by any thread. */
@ProviderType
public interface Camera {
    /** Service property: the {@link #name()}. */
    String NAME = "device.name";
    /** How many captures may wait. */
    int QUEUE_DEPTH = 8;

    /** The full path of its node in the device tree. */
    String name();

    /** Under whose name it writes memory. */
    Initiator initiator();

    /** What its address generator can do. */
    DmaLimits limits();

    /** The shape of its pictures. */
    PictureFormat format();

    /** Pictures a second. */
    int framesPerSecond();

    /**
     * Queues memory for the next picture. Returns at once.
     *
     * @param cookie comes back in exactly one event; until then the memory belongs to the camera
     * @param memory where to write the picture, in order; may be longer than it
     * @param listener told what became of it, on the device's thread; be quick
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} for memory that is too short or that the address
     *     generator cannot follow, {@code BUSY} when the queue is full, {@code CLOSED} when the device is gone
     */
    void capture(long cookie, List<MemoryRange> memory, CaptureListener listener);

    /** Told what became of captures. */
    @ProviderType
    @FunctionalInterface
    interface CaptureListener {
        /** Something happened. What it throws is logged and ignored. */
        void on(CaptureEvent event);
    }
}
