// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A reference to a buffer. Several references may lead to the same buffer (see {@link Heaps#reference}); each is owned
 * by one bundle and closed once. The buffer's memory goes back to its pool when the last reference is closed and the
 * last attachment is detached.
 *
 * <p><b>When the backend leaves.</b> The buffer stays usable (drain) until it is released, or until the deadline that
 * is configured for its heap. Then it is revoked: importers are told, mappings and CPU mappings end, and every method
 * but {@link #close}, {@link #state}, {@link #id}, {@link #size}, {@link #record} and {@link #name} throws
 * {@link HeapError#REVOKED}. A heap may be configured to have its buffers moved to the new backend instead; then only
 * {@link #record()} changes.
 *
 * <p><b>Errors.</b> Every method that touches the buffer throws {@link HeapException} with {@code CLOSED} after
 * {@link #close}, also if that was done on behalf of a bundle that stopped.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface DmaBuf extends AutoCloseable {
    /** The longest name of a buffer, in characters (Linux: {@code DMA_BUF_NAME_LEN} less the final NUL). */
    int MAX_NAME = 31;

    /** {@return a number that no other buffer had or will have while core runs; the same for all references} */
    long id();

    /** {@return bytes: a multiple of the heap's granularity, and at least what was asked for} */
    long size();

    /** {@return what the buffer is; see {@link BufferRecord}} */
    BufferRecord record();

    /** {@return where the buffer is in its life} */
    BufferState state();

    /** {@return the name given for debugging; empty if none} */
    String name();

    /**
     * Sets the name for debugging. The same name may be used often.
     *
     * @param name empty for none
     * @throws HeapException {@code INVALID_ARGUMENT} when it has more than {@value #MAX_NAME} characters
     */
    void setName(String name);

    /** {@return the fences of whoever uses the buffer, shared by all references} */
    Reservation reservation();

    /**
     * Writes with the CPU. Works on heaps whose CPU access includes writing, thus also where nothing can be read
     * back. Waits for no fence: await the {@linkplain Fence.Usage#READ readers} first where others use the buffer.
     *
     * @param offset bytes from the start of the buffer
     * @param from what to write
     * @throws HeapException {@code CPU_ACCESS_DENIED} when the CPU may not write; {@code OUT_OF_BOUNDS};
     *     {@code INVALID_ARGUMENT} when this thread may not use the segment; {@code FAULT} when the bus blocked it all
     *     the same
     */
    void write(long offset, MemorySegment from);

    /**
     * Reads with the CPU. Refused on every restricted heap.
     *
     * @param offset bytes from the start of the buffer
     * @param into filled completely
     * @throws HeapException {@code CPU_ACCESS_DENIED}, {@code OUT_OF_BOUNDS}, {@code INVALID_ARGUMENT}, {@code FAULT}
     *     as with {@link #write}
     */
    void read(long offset, MemorySegment into);

    /**
     * Maps the buffer for the CPU. Waits for fences as the kernel's begin-CPU-access does: to read, for writers; to
     * write, for readers too. Refused on every restricted heap, also on those that permit {@link #write}.
     *
     * @param access what the mapping is for, not {@link Access#NONE}
     * @param budget the longest time to wait for fences; zero tests only
     * @return the mapping, to be closed before the buffer is
     * @throws HeapException {@code CPU_ACCESS_DENIED}; {@code TIMED_OUT} when fences are pending;
     *     {@code NOT_SUPPORTED} when the buffer is not one range the CPU can address
     */
    CpuMapping map(Access access, Duration budget);

    /**
     * {@return the descriptor of the dma-buf in this process, where the memory is a real kernel's; empty on emulated
     * and other foreign memory} It belongs to the buffer and is closed with it: duplicate it before handing it on.
     */
    OptionalInt fd();

    /**
     * Gives this reference back. Idempotent. CPU mappings made through it end; attachments keep the buffer alive.
     */
    @Override
    void close();
}
