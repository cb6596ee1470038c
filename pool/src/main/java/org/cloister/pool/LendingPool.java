// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Objects;
import java.util.Optional;
import org.cloister.backend.BackendHost;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.SecureCopier;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A pool over memory that the normal world lends to the secure world chunk by chunk, when it is needed, and takes back
 * when it is not (Linux: the dynamic protected-memory pool of the OP-TEE driver, which has one chunk). How memory is lent
 * is the business of a {@link Lender}, how much and for how long that of a {@link LendingPolicy}.
 *
 * <pre>
 *   take, lend, assign                      last buffer freed            release, reclaim, give back
 *   NONE ──► ALLOCATED ──► LENT ──► IN_USE ◄────────────────► IDLE ──► RELEASING ──► NONE
 *                │           │               first allocation              │  ▲
 *                └───────────┴────────────── a step fails ────────────►────┤  │ retry
 *                                                                          ▼  │
 *                                                     a step back fails  QUARANTINED
 * </pre>
 *
 * <p><b>Cost.</b> An allocation that a chunk has room for, and every free that leaves a buffer in its chunk, take one
 * short lock and talk to nobody, also while another thread lends. Lends and reclaims of one pool are made one at a time.
 *
 * <p><b>Scarcity.</b> Before an allocation is refused for want of memory or of a firewall region, this pool lets go of
 * its idle chunks, then its {@linkplain Lender#makeRoom neighbours} of theirs.
 *
 * <p><b>Tidings.</b> Core is told once of each chunk that is lent ({@link BackendHost#lent}), of each that is taken back
 * ({@link BackendHost#reclaimed}), and of each step that failed ({@link BackendHost#faulted}), in the order of the steps.
 *
 * <p><b>Failure.</b> A chunk that cannot be lent is taken back. Memory that cannot be taken back is quarantined: it is
 * never handed out, never given to the normal world, and reported with {@link BackendHost#quarantined};
 * {@link #retryQuarantined} tries again. Once firmware is dead the pool says so with {@link BackendHost#failed}.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public final class LendingPool implements Pool {
    private final String name;
    private final HeapAttributes attributes;
    private final Lender lender;
    private final LendingPolicy policy;
    private final Chunks chunks;
    private final Transitions transitions;

    /**
     * Makes a pool. Nothing is lent until the first allocation.
     *
     * @param name what messages call it, such as the name of its heap
     * @param attributes what the memory is like; contiguous, out of the CPU's reach
     * @param lender lends
     * @param policy how much, and for how long; its alignment is at least the attributes' granularity
     * @param timer the time that idle chunks go by
     * @param host told of loans, faults, quarantine and death
     * @throws HeapException {@code INVALID_ARGUMENT} when the attributes are not as said
     */
    public LendingPool(String name, HeapAttributes attributes, Lender lender, LendingPolicy policy, PoolTimer timer,
            BackendHost host) {
        this.name = Objects.requireNonNull(name, "name");
        this.attributes = Objects.requireNonNull(attributes, "attributes");
        this.lender = Objects.requireNonNull(lender, "lender");
        this.policy = Objects.requireNonNull(policy, "policy");
        if (!attributes.contiguous() || attributes.cpuAccess() != Access.NONE) {
            throw refused("lent memory is contiguous and out of the CPU's reach, the attributes deny it",
                    "set contiguous and no CPU access in the attributes");
        }
        if (policy.alignment() < attributes.granularity()) {
            throw refused("chunks aligned to 0x%x are not made of units of 0x%x bytes"
                    .formatted(policy.alignment(), attributes.granularity()), "raise the alignment of chunks");
        }
        chunks = new Chunks(name, Objects.requireNonNull(timer, "timer"));
        transitions = new Transitions(this, chunks, lender, policy, timer, Objects.requireNonNull(host, "host"));
    }

    private HeapException refused(String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "open the pool", name, why, remedy);
    }

    @Override
    public HeapAttributes attributes() {
        return attributes;
    }

    /**
     * {@inheritDoc} What the {@link Lender} could still lend counts as free; how that memory is fragmented is not known
     * here, so the largest block is at most, not always, what an allocation would get.
     */
    @Override
    public PoolUsage usage() {
        Optional<RegionBudget> budget = lender.regions();
        long whole = lender.available() & -policy.alignment();
        boolean grows = whole >= policy.minimumChunk() && budget.filter(b -> b.left() == 0).isEmpty();
        PoolUsage usage = chunks.usage(grows ? whole : 0, budget);
        return usage.quarantined(usage.quarantined() + lender.withheld());
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException also {@code INTERRUPTED} when the thread was interrupted while it waited for another's lend,
     *     {@code CLOSED} after {@link #destroy}, and what the {@link Lender} throws
     */
    @Override
    public PoolBuffer allocate(long size, long alignment) {
        LentBuffer buffer = chunks.allocate(this, size, alignment);
        return buffer != null ? buffer : transitions.grow(size, alignment);
    }

    @Override
    public void free(PoolBuffer buffer) {
        if (chunks.free(this, buffer)) {
            transitions.idle();
        }
    }

    /**
     * Lets all idle chunks go now, so that others get their memory and regions. Does nothing while another thread lends
     * or reclaims for this pool.
     *
     * @return bytes that the normal world has again
     */
    public long releaseIdle() {
        return transitions.releaseIdle();
    }

    @Override
    public long retryQuarantined() {
        return transitions.retryQuarantined();
    }

    /**
     * {@inheritDoc} What is quarantined is tried once more, and stays out of the normal world for good if that fails.
     *
     * @throws HeapException {@code BUSY} while buffers are live, {@code CLOSED} when it was destroyed before
     */
    @Override
    public void destroy() {
        transitions.destroy();
    }

    @Override
    public TeeMemory teeMemory(PoolBuffer buffer) {
        LentBuffer mine = chunks.live(this, "use in a TEE call", buffer);
        Chunk chunk = mine.chunk();
        return lender.teeMemory(chunk.handle(), mine.address() - chunk.address(), mine.address())
                .orElseGet(() -> Pool.super.teeMemory(buffer));
    }

    @Override
    public Optional<String> tee() {
        return lender.tee();
    }

    @Override
    public Optional<SecureCopier> copier() {
        return attributes.movable() ? lender.copier(this) : Optional.empty();
    }

    @Override
    public String toString() {
        return name;
    }
}
