// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The streams that a device works on. Safe for use by any thread.
 *
 * @param <S> what a stream is
 */
public final class OpenStreams<S> {
    private final BusDevice device;
    private final int most;
    private final Set<S> streams = new HashSet<>(); // guarded by itself
    private boolean gone; // guarded by streams

    /**
     * Makes an empty set.
     *
     * @param device who works on them
     * @param most how many the hardware can hold
     */
    public OpenStreams(BusDevice device, int most) {
        this.device = device;
        this.most = most;
    }

    /**
     * Opens a stream.
     *
     * @param what it is for, for errors
     * @param make makes it
     * @throws HeapException {@code BUSY} when the hardware has no further one, {@code CLOSED} when the board is off, and
     *     what {@code make} throws
     */
    public S open(String what, Supplier<S> make) {
        synchronized (streams) {
            if (gone) {
                throw device.off(what);
            }
            if (streams.size() == most) {
                throw new HeapException(HeapError.BUSY, what, device.name(),
                        "all %d sessions of the hardware are in use".formatted(most), "close one");
            }
            S stream = make.get();
            streams.add(stream);
            return stream;
        }
    }

    /** Those that are open: a snapshot. */
    public List<S> open() {
        synchronized (streams) {
            return List.copyOf(streams);
        }
    }

    /** A stream was closed. */
    public void forget(S stream) {
        synchronized (streams) {
            streams.remove(stream);
        }
    }

    /** The board goes off: no stream is opened any more, and all that are open are ended. Idempotent. */
    public void close(Consumer<? super S> end) {
        List<S> open;
        synchronized (streams) {
            gone = true;
            open = List.copyOf(streams);
        }
        open.forEach(end);
        device.end();
    }
}
