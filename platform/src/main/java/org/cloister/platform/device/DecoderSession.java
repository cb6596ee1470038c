// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One stream in a {@link VideoDecoder}. Two queues of descriptors go in, of bitstream to read and of memory to write
 * pictures to; events come out. Shaped after the stateful decoder interface of V4L2. Memory that the decoder works in is
 * lent to it as it asks ({@link DecoderEvent.MemoryWanted}), as Qualcomm's decoders ask for theirs: until all of it is
 * there, and the firmware is loaded, the decoder waits.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>event</th><th>next</th></tr>
 *   <tr><td>running</td><td>{@link #drain}</td><td>draining</td></tr>
 *   <tr><td>draining</td><td>the last picture is written: {@link DecoderEvent.Drained}</td><td>running</td></tr>
 *   <tr><td>running, draining</td><td>{@link #flush}: {@link DecoderEvent.Flushed}</td><td>running</td></tr>
 *   <tr><td>running, draining</td><td>an access was blocked: {@link DecoderEvent.Blocked}</td><td>halted</td></tr>
 *   <tr><td>running, draining</td><td>it cannot go on: {@link DecoderEvent.Halted}</td><td>halted</td></tr>
 *   <tr><td>halted</td><td>{@link #flush}</td><td>running</td></tr>
 *   <tr><td>any but closed</td><td>{@link #close}</td><td>closed</td></tr>
 * </table>
 * Flushed and halted, it has returned all memory, also what was lent. {@link #takeBack} and {@link #cancelFrame} are for
 * any state but closed, and so is {@link #flush}; all else is refused while it is halted.
 *
 * <p>Methods hand work over and return at once. Each descriptor has a cookie, chosen by the driver, that comes back in
 * exactly one event; until then the memory belongs to the device. Safe for use by any thread.
 *
 * <p>Errors: {@link org.cloister.heap.HeapException} with {@code INVALID_ARGUMENT} for a descriptor that the
 * {@linkplain VideoDecoder#limits() address generator} cannot follow, {@code BUSY} when the queue is full,
 * {@code FAULT} while the session is halted, {@code NOT_PERMITTED} in protected mode for
 * memory that would be written and is not restricted, {@code CLOSED} after {@link #close} or when the device is gone.
 */
@ProviderType
public interface DecoderSession extends AutoCloseable {
    /** How many descriptors each queue holds. */
    int QUEUE_DEPTH = 64;

    /**
     * Queues an access unit: all of the bitstream of one picture.
     *
     * @param cookie comes back in {@link DecoderEvent.BitstreamDone}
     * @param memory where it is, in order
     * @param timestamp given to the picture that comes of it; the decoder does not interpret it
     */
    void queueBitstream(long cookie, List<MemoryRange> memory, long timestamp);

    /**
     * Queues memory for one picture. May be longer than the picture.
     *
     * @param cookie comes back in {@link DecoderEvent.FrameDone} or {@link DecoderEvent.FrameReturned}
     * @param memory where to write it, in order
     */
    void queueFrame(long cookie, List<MemoryRange> memory);

    /**
     * Takes memory for a picture back, unless it is being written, or was. It comes back in
     * {@link DecoderEvent.FrameReturned}, or in {@link DecoderEvent.FrameDone} when it was too late.
     *
     * @param cookie of the descriptor; one that is not queued is ignored
     */
    void cancelFrame(long cookie);

    /**
     * Lends memory to work in. What is too small for what is wanted is returned.
     *
     * @param cookie comes back in {@link DecoderEvent.MemoryReturned}
     * @param purpose what it is for
     * @param memory where it is, in order; read and written
     */
    void lend(long cookie, InternalMemory purpose, List<MemoryRange> memory);

    /**
     * Takes memory back that was lent. It comes back in {@link DecoderEvent.MemoryReturned}, with what is in it; the
     * decoder waits until the same is lent again, there or elsewhere with the same content, or it is flushed.
     *
     * @param cookie of the descriptor; one that is not lent is ignored
     */
    void takeBack(long cookie);

    /**
     * Asks for all pictures of the bitstream queued so far. After {@link DecoderEvent.Drained} decoding goes on with
     * what is queued next, as at the start of a stream.
     */
    void drain();

    /** Gives up all queued work and returns all memory, for a seek, or to go on after {@link DecoderEvent.Blocked}. */
    void flush();

    /**
     * Ends the session. When this returns the device touches no memory of this session any more, and the listener is
     * not called any more (except by a call that this one was made from). Idempotent.
     */
    @Override
    void close();
}
