// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DriverThread;
import org.cloister.platform.driver.Patience;

/**
 * What a session lends the device of its {@link InternalBuffers}: gives it, takes it in, and has the device let go of
 * what core takes away. For the session's thread; only core's threads wait here, for what that thread does.
 */
final class InternalLoans {
    private final InternalBuffers buffers;
    private final DecoderSession device;
    private final DriverThread thread;
    private final Patience patience;
    private final BooleanSupplier failed;
    private final Consumer<HeapException> notTaken;
    private final Map<Long, InternalBuffer> lent = new HashMap<>(); // by cookie
    private long nextCookie;

    /**
     * Lends nothing yet.
     *
     * @param thread the session's
     * @param patience how long core waits for the device
     * @param failed whether the session has failed, and lends nothing until it is flushed
     * @param notTaken hears why the device, or core, did not take memory
     */
    InternalLoans(InternalBuffers buffers, DecoderSession device, DriverThread thread, Patience patience,
            BooleanSupplier failed, Consumer<HeapException> notTaken) {
        this.buffers = buffers;
        this.device = device;
        this.thread = thread;
        this.patience = patience;
        this.failed = failed;
        this.notTaken = notTaken;
    }

    /** Gives the device all that it does not have. */
    void lend() {
        buffers.buffers().forEach(this::lend);
    }

    private void lend(InternalBuffer buffer) {
        if (buffer.place() != InternalBuffer.Place.IDLE || failed.getAsBoolean()) {
            return;
        }
        long cookie = nextCookie++;
        try {
            buffer.memory().use(reason -> takeAway(buffer));
            Optional<List<MemoryRange>> ranges = buffer.lend(cookie);
            if (ranges.isEmpty()) {
                thread.after(buffer.memory().movers(), () -> lend(buffer));
                return;
            }
            lent.put(cookie, buffer);
            device.lend(cookie, buffer.purpose(), ranges.get());
        } catch (HeapException e) {
            if (lent.remove(cookie) != null) {
                buffer.returned();
            }
            notTaken.accept(e);
        }
    }

    /** The device returned it. If core moved it, it is lent again where it is now; else the device wants another. */
    void returned(long cookie) {
        Optional.ofNullable(lent.remove(cookie)).ifPresent(buffer -> {
            boolean lendAgain = buffer.isInvalidated();
            buffer.returned();
            if (lendAgain) {
                lend(buffer);
            }
        });
    }

    /** Core ends a mapping: makes the device let go of it, and waits until it has. On core's thread. */
    private void takeAway(InternalBuffer buffer) {
        thread.barrier(() -> {
            if (buffer.place() == InternalBuffer.Place.DEVICE) {
                buffer.invalidate();
                device.takeBack(buffer.cookie());
            } else {
                buffer.memory().unmap();
            }
        }, patience);
        patience.await(buffer.away());
    }
}
