// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform;

import java.lang.foreign.MemorySegment;
import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A checked lease on a range of physical memory, made by {@link PhysicalMemory#open}. While it is open the firewall
 * cannot be reprogrammed in a way that would cut it; closing is prompt and idempotent. Offsets are relative to
 * {@link #address()}; leaving the window throws {@link IndexOutOfBoundsException}, use after close throws
 * {@link IllegalStateException}, and a direction that {@link #access()} does not include throws {@link BusFault}.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface Window extends AutoCloseable {
    /** The physical address of the first byte. */
    long address();

    /** Bytes. */
    long length();

    /** What the window was opened for. */
    Access access();

    /** Copies {@code into.byteSize()} bytes from {@code offset} on out of the window. */
    void read(long offset, MemorySegment into);

    /** Copies all of {@code from} into the window at {@code offset}. */
    void write(long offset, MemorySegment from);

    /**
     * The window as a segment, for code that reads in place, such as a decoder. Read-only unless the window is
     * {@link Access#READ_WRITE}. Becomes inaccessible in all threads when the window is closed, which makes that close
     * dear (tens of microseconds, where a window that only copies closes in nanoseconds): for whole frames, not for
     * words.
     *
     * @throws BusFault for a window without {@link Access#READ}, for a segment could be read
     */
    MemorySegment segment();

    /**
     * Ends the lease. An operation that another thread has begun is not waited for; the lease ends with it.
     *
     * @throws IllegalStateException when native code is using the {@link #segment} right now; the window takes no new
     *     operation then, and is to be closed again
     */
    @Override
    void close();
}
