// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec;

import java.util.List;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One stream that is being decoded. Safe for use by any thread.
 *
 * <p>Every method but {@link #close} throws {@link org.cloister.heap.HeapException} with {@code CLOSED} after
 * {@link #close}, and when the driver is gone.
 */
@ProviderType
public interface DecodeSession extends AutoCloseable {
    /**
     * Gives an access unit: all of the bitstream of one picture, from the beginning of {@code bitstream} on. Returns
     * at once. The decoder reads it when all fences of writers are signalled, and after what was given before; a fence
     * is added to the buffer as that of a reader.
     *
     * @param bitstream any open reference; may be closed at once, for the session keeps the buffer while it needs it
     * @param length bytes
     * @param timestamp comes back with the picture
     * @return signalled when the bitstream was read, or failed when it was not
     * @throws org.cloister.heap.HeapException and nothing is queued: {@code NOT_PERMITTED} when the buffer is not
     *     restricted though the session is protected, is restricted though the session is not, or is of another use
     *     case; {@code UNREACHABLE} when the device cannot reach it; {@code OUT_OF_BOUNDS} when it is shorter than
     *     {@code length}; {@code REVOKED}
     */
    Fence decode(DmaBuf bitstream, long length, long timestamp);

    /**
     * The memory besides pictures that the device works in now, its firmware included: for those who watch over it.
     *
     * @return buffers of the driver's: do not close them; they go when the device does not need them any more
     */
    List<DmaBuf> internalBuffers();

    /** Asks for all pictures of what was given so far; {@link DecodeEvent.Drained} follows the last. */
    void drain();

    /** Gives up what was given so far, for a seek, or to go on after {@link DecodeEvent.Failed}. */
    void flush();

    /**
     * Ends the session. When this returns the device touches no buffer of the session any more, all memory that the
     * driver allocated for it was given back, and the listener is not called any more (except by a call that this
     * one was made from). Idempotent.
     */
    @Override
    void close();
}
