// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something that can serve heaps, such as a trusted OS or a carve-out. Registered as a service; the service property
 * {@code service.ranking} says who wins when several offer the same heap.
 *
 * <p>Core calls {@link #connected} first, {@link #offers} then and after each {@link BackendHost#offersChanged},
 * {@link #open} once for each offer that it uses, and {@link #disconnected} last, when every pool is destroyed. Calls
 * come from any thread, and several at a time for different offers. When the service is unregistered core drains: pools
 * stay in use until their last buffer is released, so a pool must go on working after its component was deactivated,
 * until {@link Pool#destroy}.
 */
@ConsumerType
public interface HeapBackend {
    /** Namespace of the capability of bundles with a backend, and name of its main attribute, the backend's id. */
    String NAMESPACE = "cloister.backend";

    /** {@return the backend's id: short, stable, unique on a machine, such as {@code "optee"}} */
    String id();

    /**
     * Core is here, and can be told things.
     *
     * @param host core; valid until {@link #disconnected} returns
     */
    default void connected(BackendHost host) {}

    /** Core lets go. Nothing is called on this object or its pools afterwards. */
    default void disconnected() {}

    /**
     * The heaps that this backend can serve now, and those it knows of and cannot serve, with the reason. Quick,
     * without calls to firmware: ask the firmware beforehand and report changes with {@link BackendHost#offersChanged}.
     *
     * @return at most one offer for each heap name
     */
    List<PoolOffer> offers();

    /**
     * Makes the pool behind an offer. May talk to the firmware.
     *
     * @param offer one that {@link #offers} returned and that is not a refusal
     * @return a new pool, which core destroys exactly once
     * @throws org.cloister.heap.HeapException when the pool cannot be had; core then turns to the next backend,
     *     keeps the reason for whoever asks, and does not try again before {@link BackendHost#offersChanged}
     */
    Pool open(PoolOffer offer);
}
