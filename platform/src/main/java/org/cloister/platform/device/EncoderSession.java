// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** One stream in a {@link VideoEncoder}. Safe for use by any thread. */
@ProviderType
public interface EncoderSession extends AutoCloseable {
    /** How many pictures may wait. */
    int QUEUE_DEPTH = 16;

    /** The decoder configuration record of the stream (ISO/IEC 14496-15). */
    byte[] configuration();

    /**
     * Queues a picture, of which one access unit comes, in length-prefixed form. Returns at once.
     *
     * @param cookie comes back in exactly one event; until then the memory belongs to the encoder
     * @param picture where the picture is, in order
     * @param bitstream where the access unit goes, in order
     * @param listener told what became of it, on the device's thread; be quick
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} for memory that is too short or that the address
     *     generator cannot follow, {@code BUSY} when the queue is full, {@code CLOSED}
     */
    void encode(long cookie, List<MemoryRange> picture, List<MemoryRange> bitstream, EncoderListener listener);

    /** Ends the stream. When this returns the device touches no memory of it any more. Idempotent. */
    @Override
    void close();

    /** Told what became of pictures. */
    @ProviderType
    @FunctionalInterface
    interface EncoderListener {
        /** Something happened. What it throws is logged and ignored. */
        void on(EncoderEvent event);
    }
}
