// SPDX-License-Identifier: Apache-2.0
package org.cloister.descriptor;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A stream to another process, along which descriptors travel (Linux: a Unix socket with {@code SCM_RIGHTS}). One
 * thread may send while another receives.
 */
@ConsumerType
public interface DescriptorSocket extends AutoCloseable {
    /** The most descriptors that travel with one {@link #send}. */
    int MAX_DESCRIPTORS = 253;

    /**
     * What came.
     *
     * @param length bytes that were received; 0 when the other side has closed the stream
     * @param descriptors new descriptors of what the other side sent, to be closed by the caller
     */
    @ProviderType
    record Received(long length, List<Descriptor> descriptors) {
        /** Copies the list. */
        public Received {
            descriptors = List.copyOf(descriptors);
        }
    }

    /**
     * Sends all bytes; the descriptors travel with the first of them. The other process gets descriptors of its own, so
     * that these may be closed at once.
     *
     * @param bytes at least one, as descriptors do not travel alone
     * @param descriptors at most {@value #MAX_DESCRIPTORS}; stay the caller's
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT}; {@code CLOSED} when this or the other side is;
     *     {@code TOO_MANY_FILES} when too many are on their way
     */
    void send(MemorySegment bytes, Descriptor... descriptors);

    /**
     * Waits for bytes, and receives as many as there are and fit.
     *
     * @param into at least one byte
     * @return what came
     * @throws org.cloister.heap.HeapException {@code INTERRUPTED}, {@code CLOSED}; {@code TOO_MANY_FILES} when the
     *     descriptors did not fit this process's table of open files, and then none is kept
     */
    Received receive(MemorySegment into);

    /** Closes the stream, and wakes who waits for it. Idempotent. */
    @Override
    void close();
}
