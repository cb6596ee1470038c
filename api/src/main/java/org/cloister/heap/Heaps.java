// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.cloister.importer.Importer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The heaps of this machine: look up by name, wait, ask why one is missing, choose one that several devices can reach.
 *
 * <p><b>Names.</b> A heap has one name and may have aliases. A name that starts with {@code "protected,"} is also found
 * with {@code "restricted,"} in its place. Look-up is exact otherwise, and case-sensitive.
 *
 * <p>A bundle-scoped service: what is obtained through it is owned by the bundle that obtained the service. Safe for
 * use by any thread; look-ups never block and never fail during a swap of backends.
 */
@ProviderType
public interface Heaps {
    /**
     * Looks a heap up, whatever its {@linkplain Heap#state() state}.
     *
     * @param name the heap's name or alias
     * @return the heap, the same object every time for one bundle; empty when no backend ever served the name since
     *     core started, and {@link #explain} then says what is missing
     */
    Optional<Heap> find(String name);

    /** {@return all heaps, sorted by name: a snapshot} */
    List<Heap> list();

    /**
     * Waits until the heap is {@link HeapState#AVAILABLE}.
     *
     * @param name the heap's name or alias; it need not be known yet
     * @param budget the longest time to wait; zero tests only and never sleeps
     * @return the available heap
     * @throws HeapException {@code TIMED_OUT}, with the explanation as its reason; {@code INTERRUPTED}; {@code CLOSED}
     *     when the calling bundle or core stops meanwhile
     */
    Heap await(String name, Duration budget);

    /**
     * A stage that completes with the heap as soon as it is {@link HeapState#AVAILABLE}, at once if it is. Completed
     * on a thread of core's: hand long work on. Completes with {@link HeapException} {@code CLOSED} when the calling
     * bundle or core stops first.
     *
     * @param name the heap's name or alias; it need not be known yet
     * @return the stage
     */
    CompletionStage<Heap> whenAvailable(String name);

    /**
     * Why a heap is, or is not, there: what serves the name, who else could, and why it does not.
     *
     * @param name any name
     * @return the explanation, never without a reason
     */
    Explanation explain(String name);

    /**
     * Chooses a heap that every importer can use for one buffer of {@code size} bytes. Among those that qualify,
     * restricted heaps win if an importer requires it or {@code useCase} asks for it, and normal ones otherwise; then
     * the heap with the smallest granularity, then the name that sorts first. Nothing is allocated.
     *
     * @param size bytes, greater than zero
     * @param useCase what the buffer is for; {@link UseCase#NONE} leaves the choice to the importers' constraints
     * @param importers who will attach the buffer; at least one
     * @return the choice, and for every other heap what excluded it
     * @throws HeapException {@code INVALID_ARGUMENT} for a size of zero or no importer
     */
    Negotiation negotiate(long size, UseCase useCase, Collection<? extends Importer> importers);

    /**
     * Takes a further reference to a buffer, owned by the calling bundle, as {@code dup} does with a descriptor. The
     * buffer lives until the last reference is closed and the last attachment is detached.
     *
     * @param buffer any open reference, also of another bundle
     * @return a new reference to the same buffer
     * @throws HeapException {@code CLOSED} when {@code buffer} was closed; {@code INVALID_ARGUMENT} when it was not
     *     made by this framework
     */
    DmaBuf reference(DmaBuf buffer);
}
