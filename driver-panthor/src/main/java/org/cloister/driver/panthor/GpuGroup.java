// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor;

import java.util.Optional;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A client's share of a GPU: an address space and a command stream of its own. Safe for use by any thread. Work is done
 * in the order of the calls.
 */
@ProviderType
public interface GpuGroup extends AutoCloseable {
    /** How many compositions may wait. */
    int QUEUE_DEPTH = 32;

    /** What was asked for. */
    GroupSettings settings();

    /** Its state now. */
    GroupState state();

    /** Why it was lost, if it was. */
    Optional<HeapException> failure();

    /**
     * Composes a picture. Returns at once. The GPU begins when all fences of writers of the layers, and of all users of
     * the target, are signalled; fences are added to the layers as of a reader, and to the target as of a writer.
     *
     * @param composition what to compose; buffers may be closed at once, for the driver keeps them while it needs them
     * @return signalled when the picture is there; failed with {@code CANCELLED} when a layer was not written or the
     *     group was closed, {@code FAULT} when the bus or the tables stopped the GPU, {@code TIMED_OUT} when it did not
     *     answer, {@code REVOKED}, {@code UNAVAILABLE} when the heap of protected mode went
     * @throws HeapException and nothing is queued: {@code NOT_PERMITTED} for restricted memory in a group that is not
     *     protected, or a target in one that is that is not restricted, or another use case; {@code UNREACHABLE};
     *     {@code OUT_OF_BOUNDS} when a picture is larger than its buffer; {@code INVALID_ARGUMENT} for layers that leave
     *     the picture or are too many; {@code BUSY} when too many compositions wait; {@code CLOSED}, or what
     *     {@link #failure} says
     */
    Fence compose(Composition composition);

    /** Cancels what waits, lets what runs finish or takes it from the GPU, and gives everything back. Idempotent. */
    @Override
    void close();
}
