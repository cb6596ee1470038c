// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A named source of dma-bufs. The name is a promise about the memory; what enforces it is the business of the backend
 * behind the name, which may change while the heap is in use.
 *
 * <p><b>As a service.</b> Each heap is registered as a bundle-scoped service of its own, with the properties below. It
 * is registered when a first backend serves the name, and stays registered, under the same object, until core stops:
 * while backends are replaced, and while there is none. A Declarative Services reference with a target filter on
 * {@value #NAME} thus waits for the heap's first appearance; add {@code (heap.available=true)} to be deactivated when
 * nobody serves the heap any longer.
 *
 * <p><b>When the backend leaves.</b> Calls that the new backend can serve go to it without an error in between. Buffers
 * of the old one stay usable until they are released, or until the configured deadline, when they are revoked (see
 * {@link DmaBuf}). Without a successor the heap is {@link HeapState#DRAINING} while old buffers live, then
 * {@link HeapState#UNAVAILABLE}; allocation is refused with {@link HeapError#DRAINING} or
 * {@link HeapError#UNAVAILABLE}, and {@link Heaps#explain} says why.
 *
 * <p>Safe for use by any thread. A heap object belongs to the bundle that obtained it and stops working, with
 * {@link HeapError#CLOSED}, when that bundle stops.
 */
@ProviderType
public interface Heap {
    /** Service property: the {@link #name()}, a {@link String}. */
    String NAME = "heap.name";
    /** Service property: the other names by which the heap is found, a {@code String[]}. */
    String ALIASES = "heap.aliases";
    /** Service property: the name of the {@linkplain #useCase() use case}, a {@link String}. */
    String USE_CASE = "heap.use-case";
    /** Service property: whether the memory is restricted, a {@link Boolean}. */
    String RESTRICTED = "heap.restricted";
    /** Service property: the id of the backend that serves the heap now, or an empty {@link String}. */
    String BACKEND = "heap.backend";
    /** Service property: whether {@link #state()} is {@link HeapState#AVAILABLE}, a {@link Boolean}. */
    String AVAILABLE = "heap.available";

    /** {@return the name, such as {@code "protected,secure-video"}} Never changes. */
    String name();

    /** {@return what the memory is for} Never changes for one name. */
    UseCase useCase();

    /** {@return whether the heap can serve an allocation now} */
    HeapState state();

    /** {@return the id of the backend that serves the heap, or an empty string} */
    String backend();

    /**
     * {@return what the memory is like with the present backend, or with the last one while there is none} A replaced
     * backend may differ in all but one respect: a restricted heap stays restricted.
     */
    HeapAttributes attributes();

    /** {@return how much is used} The backend is asked, so do not call this in a hot path. */
    HeapUsage usage();

    /**
     * Tries once more to make quarantined memory safe, for example after the firmware has recovered: that of the backend
     * that serves the heap, and of those that are being drained. What was made safe is free again, or the normal
     * world's. See {@link HeapUsage#quarantined}.
     *
     * @return bytes that are no longer quarantined; 0 when nothing was, or nothing could be done
     * @throws HeapException {@code BACKEND_FAILED}, and what the firmware says
     */
    long retryQuarantined();

    /**
     * Allocates {@code size} bytes; the same as {@code allocate(AllocationRequest.of(size))}.
     *
     * @param size bytes, greater than zero
     * @return a new buffer
     * @see #allocate(AllocationRequest)
     */
    DmaBuf allocate(long size);

    /**
     * Allocates a buffer, owned by the calling bundle.
     *
     * @param request what is wanted
     * @return a new buffer whose size is a multiple of the heap's granularity
     * @throws HeapException and nothing is allocated:
     *     <ul>
     *       <li>{@code INVALID_ARGUMENT}: the size can never be served by this heap
     *       <li>{@code NO_MEMORY}: no free block of that size and alignment
     *       <li>{@code NO_REGION}: the heap would have to grow and the hardware has no firewall region left
     *       <li>{@code QUOTA_EXCEEDED}: a quota of the calling bundle or of the use case
     *       <li>{@code DRAINING}, {@code UNAVAILABLE}: nobody serves the heap now
     *       <li>{@code FIRMWARE_REFUSED}, {@code FIRMWARE_DEAD}: what enforces the heap said no, or nothing
     *       <li>{@code BACKEND_FAILED}: the backend threw, hung or vanished in the call
     *       <li>{@code CLOSED}: the bundle that obtained this heap object has stopped
     *     </ul>
     */
    DmaBuf allocate(AllocationRequest request);
}
