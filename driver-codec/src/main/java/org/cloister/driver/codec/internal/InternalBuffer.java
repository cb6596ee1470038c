// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.List;
import java.util.Optional;
import org.cloister.heap.Fence;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.MemoryRange;

/**
 * A buffer that the device is lent to work in. For the session's thread, but for {@link #away}.
 *
 * <table>
 *   <caption>Where it is</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>IDLE</td><td>DEVICE</td><td>it is lent</td></tr>
 *   <tr><td>DEVICE</td><td>IDLE</td><td>the device returned it, or did not take it</td></tr>
 *   <tr><td>IDLE, DEVICE</td><td>RELEASED</td><td>the device wants none like it, or the session is closed</td></tr>
 * </table>
 * All else is an error of the driver's, and refused.
 */
final class InternalBuffer {
    /** Where a buffer is. */
    enum Place {
        IDLE, DEVICE, RELEASED;

        /** Whether the table has that transition. */
        boolean leadsTo(Place next) {
            return this != RELEASED && this != next;
        }
    }

    private final InternalMemory purpose;
    private final OwnBuffer memory;
    private Place place = Place.IDLE;
    private boolean invalidated;
    private long cookie;
    private volatile Fence away;

    /** Takes the memory over. */
    InternalBuffer(InternalMemory purpose, OwnBuffer memory) {
        this.purpose = purpose;
        this.memory = memory;
        this.away = new Fence("not lent yet");
        away.signal();
    }

    InternalMemory purpose() {
        return purpose;
    }

    OwnBuffer memory() {
        return memory;
    }

    Place place() {
        return place;
    }

    /** By which the device knows it, while it has it. */
    long cookie() {
        return cookie;
    }

    /** Signalled when the device does not have it. */
    Fence away() {
        return away;
    }

    /** Maps it for the device, and gives the descriptor; nothing, and it stays idle, while it is being moved. */
    Optional<List<MemoryRange>> lend(long newCookie) {
        requireWay(Place.DEVICE);
        Optional<List<MemoryRange>> ranges = memory.map();
        if (ranges.isPresent()) {
            place = Place.DEVICE;
            cookie = newCookie;
            away = new Fence("%s, buffer %d".formatted(purpose, memory.buffer().id()));
        }
        return ranges;
    }

    /** Core takes the memory from under the device. */
    void invalidate() {
        invalidated = true;
    }

    /** Whether core takes the memory from under the device. */
    boolean isInvalidated() {
        return invalidated;
    }

    /** The device does not have it any more; a mapping that core ends is let go of. */
    void returned() {
        move(Place.IDLE);
        if (invalidated) {
            memory.unmap();
            invalidated = false;
        }
        away.signal();
    }

    /** Gives the memory back: the device does not have it, or its session is closed. */
    void release() {
        move(Place.RELEASED);
        away.signal();
        memory.release();
    }

    private void move(Place next) {
        requireWay(next);
        place = next;
    }

    private void requireWay(Place next) {
        if (!place.leadsTo(next)) {
            throw new IllegalStateException("buffer %d for %s is %s and cannot become %s"
                    .formatted(memory.buffer().id(), purpose, place, next));
        }
    }
}
