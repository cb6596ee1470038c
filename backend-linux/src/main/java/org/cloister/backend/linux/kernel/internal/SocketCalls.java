// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.lang.foreign.MemorySegment;

/**
 * System calls on Unix sockets. Results are like those of {@link SystemCalls}. Sockets are of the kind that keeps the
 * bounds of messages off: streams. Safe for use by any thread.
 */
public interface SocketCalls {
    /** The most descriptors of a message (Linux: {@code SCM_MAX_FD}). */
    int MAX_DESCRIPTORS = 253;

    /** A socket connected to the one that listens at a path; or a negative errno. */
    int connect(String path);

    /** A socket that listens at a path, which it creates; or a negative errno. */
    int listen(String path);

    /** The next connection, waiting for it; or a negative errno. */
    int accept(int fd);

    /**
     * Sends bytes, and descriptors along with the first of them.
     *
     * @param bytes at least one; native
     * @return how many bytes went, or a negative errno
     */
    long send(int fd, MemorySegment bytes, int... descriptors);

    /**
     * Receives bytes, waiting for them. The descriptors that came along are close-on-exec.
     *
     * @param bytes native
     */
    Received receive(int fd, MemorySegment bytes);

    /** Ends both ways of a connection, so that whoever waits for it wakes; 0 or a negative errno. */
    int shutdown(int fd);

    /**
     * What was received.
     *
     * @param result how many bytes, 0 at the end; or a negative errno
     * @param descriptors the caller's, to be closed
     * @param truncated whether descriptors were lost, for want of room in the table of open files
     */
    record Received(long result, int[] descriptors, boolean truncated) {}
}
