// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The system calls that this bundle makes. As in the kernel itself, a result that is negative is an errno with its sign
 * changed; {@link Errno#of} tells which. No method throws for what the kernel refuses. Safe for use by any thread.
 */
public interface SystemCalls {
    /**
     * Opens a file, close-on-exec.
     *
     * @param writable whether for writing, too; heaps are read-only for some, and can be allocated from all the same
     * @return the descriptor, or a negative errno
     */
    int open(String path, boolean writable);

    /** Closes a descriptor; 0 or a negative errno, and the descriptor is gone either way. */
    int close(int fd);

    /**
     * Makes a device request; repeated while a signal interrupts it.
     *
     * @param fd of the device
     * @param request which one
     * @param argument native memory of at least the size of the request's structure
     * @return what the driver returns, or a negative errno
     */
    int ioctl(int fd, Ioctl request, MemorySegment argument);

    /** A new descriptor of the same file, close-on-exec; or a negative errno. */
    int duplicate(int fd);

    /** The size of what a descriptor leads to, by seeking to its end; or a negative errno. */
    long size(int fd);

    /**
     * Waits until a descriptor can be read from, as a sync file that is signalled can.
     *
     * @param milliseconds the longest time; 0 tests only
     * @return 1 when it can, 0 when the time is over, or a negative errno
     */
    int poll(int fd, int milliseconds);

    /**
     * Maps a file, shared.
     *
     * @param readable whether it will be read
     * @param writable whether it will be written
     * @param arena unmaps when it is closed
     */
    Mapped map(int fd, long size, boolean readable, boolean writable, Arena arena);

    /** The sockets through which descriptors travel. */
    SocketCalls sockets();

    /** The size of a page in bytes. */
    long pageSize();

    /**
     * What mapping led to.
     *
     * @param segment the memory; {@link MemorySegment#NULL} when it failed
     * @param result 0 or a negative errno
     */
    record Mapped(MemorySegment segment, int result) {}
}
