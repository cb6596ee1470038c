// SPDX-License-Identifier: Apache-2.0
package org.cloister.admin;

import java.util.List;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Looks into all heaps, and decides who serves them. A service with one object for all bundles. Safe for use by any
 * thread.
 *
 * <p>What is decided here is in force at once and until the configuration of core changes or core stops; what is to stay
 * belongs into the configuration ({@code heap.backends}). Live buffers of a backend that no longer serves are treated as
 * the heap's drain policy says.
 */
@ProviderType
public interface HeapAdmin {
    /**
     * {@return all buffers that somebody holds, sorted by id: a snapshot, in which a buffer that comes or goes meanwhile
     * may or may not be} It costs a little for each buffer; not for hot paths.
     */
    List<BufferReport> buffers();

    /** {@return what is used of each quota that is configured: of bundles, then of use cases, each sorted by name} */
    List<QuotaReport> quotas();

    /**
     * Lets a backend serve a heap; others that may serve it stand by, in the order in which they did. Without effect when
     * it serves the heap already.
     *
     * @param heap the heap's name or alias
     * @param backend the backend's id
     * @throws HeapException and everything is as it was:
     *     <ul>
     *       <li>{@code NO_SUCH_HEAP}: no backend ever served or offered the heap
     *       <li>{@code NOT_PERMITTED}: the configuration does not name the backend for this heap
     *       <li>{@code UNAVAILABLE}: the backend is not there, does not offer the heap, or cannot serve it, with its reason
     *     </ul>
     */
    void swap(String heap, String backend);

    /**
     * Lets nobody serve a heap: allocations are refused with {@code DRAINING} or {@code UNAVAILABLE}. Without effect when
     * that is so already.
     *
     * @param heap the heap's name or alias
     * @throws HeapException {@code NO_SUCH_HEAP}: no backend ever served or offered the heap
     */
    void drain(String heap);

    /**
     * Takes {@link #swap} and {@link #drain} back: configuration and ranking decide again. Without effect when nothing was
     * decided for the heap.
     *
     * @param heap the heap's name or alias
     * @throws HeapException {@code NO_SUCH_HEAP}: no backend ever served or offered the heap
     */
    void restore(String heap);
}
