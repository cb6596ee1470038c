// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The fences of a buffer: who still writes, who still reads (Linux: {@code dma_resv}). Usages are ordered
 * {@code KERNEL < WRITE < READ < BOOKKEEP}, and asking for one means that one and all before it.
 *
 * <p>Safe for use by any thread. Works on revoked and released buffers, too, so that late work can be told apart.
 */
@ProviderType
public interface Reservation {
    /**
     * Adds a fence. A signalled one is dropped at the latest when the next is added.
     *
     * @param fence who uses the buffer
     * @param usage for what
     */
    void add(Fence fence, Fence.Usage usage);

    /**
     * The pending fences of a usage and of all before it.
     *
     * @param usage what to look for
     * @return a snapshot
     */
    List<Fence> pending(Fence.Usage usage);

    /**
     * Tells, without waiting, whether every fence of a usage and of all before it is signalled.
     *
     * @param usage what to look for
     * @return whether nothing is pending
     */
    boolean isIdle(Fence.Usage usage);

    /**
     * Waits for every fence of {@code usage} and of all before it, also for those added while it waits. One budget is
     * carried across all fences.
     *
     * @param usage what to wait for
     * @param budgetNanos the longest time to wait in all; zero tests only, and never sleeps
     * @return what is left of the budget, and at least 1, when all are signalled, thus 1 for a budget of zero; 0 when
     *     the budget ran out or, with a budget of zero, something is pending
     * @throws HeapException {@code INTERRUPTED}; {@code INVALID_ARGUMENT} for a negative budget
     */
    long await(Fence.Usage usage, long budgetNanos);
}
