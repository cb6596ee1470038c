// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Something that happened to a heap, for tools and for those who must react; told to {@link HeapListener}s. All are
 * immutable. New kinds may be added in a minor version: a {@code switch} outside this project wants a {@code default}.
 */
@ProviderType
public sealed interface HeapEvent {
    /** {@return the heap's name} */
    String heap();

    /**
     * A backend serves the heap, and none did before.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     * @param generation of the heap's backends
     */
    record Available(String heap, String backend, long generation) implements HeapEvent {}

    /**
     * Another backend serves the heap now.
     *
     * @param heap the heap's name
     * @param from the id of the backend that served it before
     * @param to the id of the backend that serves it now
     * @param generation of the heap's backends, with the new one
     */
    record Swapped(String heap, String from, String to, long generation) implements HeapEvent {}

    /**
     * A backend takes no more allocations and waits for its live buffers.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     * @param buffers how many are live
     */
    record Draining(String heap, String backend, long buffers) implements HeapEvent {}

    /**
     * A backend's last buffer was released and its pool destroyed.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     */
    record Retired(String heap, String backend) implements HeapEvent {}

    /**
     * Nobody serves the heap any longer.
     *
     * @param heap the heap's name
     * @param why the reason
     */
    record Unavailable(String heap, String why) implements HeapEvent {}

    /**
     * A buffer was allocated.
     *
     * @param heap the heap's name
     * @param buffer the buffer's id
     * @param size bytes
     * @param owner the symbolic name of the bundle
     */
    record Allocated(String heap, long buffer, long size, String owner) implements HeapEvent {}

    /**
     * A buffer's memory went back to its pool.
     *
     * @param heap the heap's name
     * @param buffer the buffer's id
     * @param size bytes
     */
    record Freed(String heap, long buffer, long size) implements HeapEvent {}

    /**
     * A buffer's memory was taken away from its users.
     *
     * @param heap the heap's name
     * @param buffer the buffer's id
     * @param why the reason
     */
    record Revoked(String heap, long buffer, String why) implements HeapEvent {}

    /**
     * A buffer was moved to the memory of another backend.
     *
     * @param heap the heap's name
     * @param buffer the buffer's id
     * @param from the id of the backend whose memory it left
     * @param to the id of the backend in whose memory it is now
     */
    record Moved(String heap, long buffer, String from, String to) implements HeapEvent {}

    /**
     * A bundle stopped and left a reference open; it was closed on its behalf.
     *
     * @param heap the heap's name
     * @param buffer the buffer's id
     * @param size bytes
     * @param owner the symbolic name of the bundle
     * @param age how long the reference was open
     * @param site where the reference was obtained; empty unless core is configured to keep allocation sites
     */
    record Leaked(String heap, long buffer, long size, String owner, Duration age, Optional<Throwable> site)
            implements HeapEvent {}

    /**
     * A backend threw, hung, or broke its contract.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     * @param why what it did
     */
    record BackendFailed(String heap, String backend, String why) implements HeapEvent {}

    /**
     * Memory was withdrawn for good, because it could not be taken back.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     * @param base the physical address
     * @param size bytes
     * @param why the reason
     */
    record Quarantined(String heap, String backend, long base, long size, String why) implements HeapEvent {}

    /**
     * A backend lent a range to the secure world, or otherwise had one protected at run time, for buffers to come.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     * @param base the physical address
     * @param size bytes
     */
    record Lent(String heap, String backend, long base, long size) implements HeapEvent {}

    /**
     * A backend took a range back that was {@link Lent}.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     * @param base the physical address
     * @param size bytes
     */
    record Reclaimed(String heap, String backend, long base, long size) implements HeapEvent {}

    /**
     * Firmware or the firewall refused a step of lending a range or of taking it back, or nobody knows what they did.
     *
     * @param heap the heap's name
     * @param backend the backend's id
     * @param base the physical address
     * @param size bytes
     * @param why the step and the reason
     */
    record Faulted(String heap, String backend, long base, long size, String why) implements HeapEvent {}
}
