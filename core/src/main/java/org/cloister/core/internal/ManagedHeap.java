// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolMapping;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.UseCase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A heap: a name, the tenure that serves it now, and the tenures that are being drained. Bundles see it through
 * {@link OwnedHeap}.
 *
 * <p>The serving tenure is a volatile that only {@link Elections} replaces; everything in the hot path hangs on it.
 */
final class ManagedHeap {
    private static final Logger LOG = LoggerFactory.getLogger(ManagedHeap.class);

    private final String name;
    private final UseCase useCase;
    private final boolean restricted;
    private final Core core;
    private final AtomicLong charged;
    private volatile Set<String> aliases = Set.of();
    private volatile Tenure serving; // null while nobody serves
    private volatile HeapAttributes attributes;
    private volatile List<Tenure> draining = List.of(); // replaced under this
    private long generation; // guarded by the lock of Elections

    ManagedHeap(String name, UseCase useCase, HeapAttributes attributes, Core core) {
        this.name = name;
        this.useCase = useCase;
        this.restricted = attributes.restricted();
        this.attributes = attributes;
        this.core = core;
        this.charged = core.quotas().counter(useCase);
    }

    String name() {
        return name;
    }

    UseCase useCase() {
        return useCase;
    }

    boolean restricted() {
        return restricted;
    }

    Set<String> aliases() {
        return aliases;
    }

    HeapAttributes attributes() {
        return attributes;
    }

    Optional<Tenure> serving() {
        return Optional.ofNullable(serving);
    }

    HeapState state() {
        if (serving != null) {
            return HeapState.AVAILABLE;
        }
        return draining.isEmpty() ? HeapState.UNAVAILABLE : HeapState.DRAINING;
    }

    String backend() {
        Tenure current = serving;
        return current == null ? "" : current.record().backend();
    }

    /** The number of the next tenure; under the lock of {@link Elections}. */
    long nextGeneration() {
        return ++generation;
    }

    /** Puts {@code next} in charge; under the lock of {@link Elections}. The previous tenure is drained. */
    void serve(Optional<Tenure> next, Set<String> otherNames) {
        Tenure previous = serving;
        next.ifPresent(tenure -> {
            attributes = tenure.attributes();
            aliases = Set.copyOf(otherNames);
        });
        if (previous != null) {
            synchronized (this) {
                var more = new ArrayList<>(draining);
                more.add(previous);
                draining = List.copyOf(more);
            }
        }
        serving = next.orElse(null);
        if (previous != null) {
            previous.drain();
        }
    }

    /** The tenure's pool is destroyed. */
    synchronized void retired(Tenure tenure) {
        draining = draining.stream().filter(t -> t != tenure).toList();
    }

    List<Tenure> draining() {
        return draining;
    }

    HeapUsage usage() {
        Tenure current = serving;
        PoolUsage pool = current == null ? PoolUsage.of(0, 0, 0) : guardedUsage(current);
        long old = draining.stream().mapToLong(Tenure::live).sum();
        long live = current == null ? 0 : current.live();
        return new HeapUsage(pool.capacity(), pool.free(), pool.largestFree(), pool.quarantined(), live + old, old,
                pool.regionsUsed(), pool.regionsLeft());
    }

    private PoolUsage guardedUsage(Tenure tenure) {
        int watched = core.watch().enter(tenure);
        try {
            return tenure.pool().usage();
        } catch (HeapException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw core.misconduct(tenure, "tell the usage of heap " + name, e);
        } finally {
            core.watch().exit(watched);
        }
    }

    DmaBuf allocate(Owner owner, AllocationRequest request) {
        while (true) {
            owner.requireOpen("allocate from heap " + name);
            Tenure tenure = serving;
            if (tenure != null && tenure.enter()) {
                Buffer buffer = allocate(tenure, owner, request);
                if (buffer != null) {
                    return open(buffer, owner);
                }
            } else {
                core.settle(this, "allocate " + request.size() + " bytes");
            }
        }
    }

    /** Allocates within {@code tenure}, which was entered; {@code null} when the next one should be asked. */
    private Buffer allocate(Tenure tenure, Owner owner, AllocationRequest request) {
        boolean done = false;
        try {
            long granularity = tenure.attributes().granularity();
            long size = rounded(request.size(), granularity);
            long alignment = Math.max(request.alignment(), granularity);
            core.quotas().charge(owner, useCase, charged, size);
            PoolBuffer memory = null;
            try {
                memory = allocate(tenure, size, alignment);
            } finally {
                long taken = memory == null ? 0 : memory.size();
                if (taken != size) {
                    core.quotas().refund(owner, charged, size - taken);
                }
            }
            if (memory == null) {
                return null;
            }
            var buffer = new Buffer(core.nextBufferId(), this, tenure, memory, owner, request.name());
            tenure.add(buffer);
            done = true;
            if (core.events().isHeard()) {
                core.events().tell(() -> new HeapEvent.Allocated(name, buffer.id(), buffer.size(), owner.name()));
            }
            return buffer;
        } finally {
            if (!done) {
                tenure.leave();
            }
        }
    }

    private PoolBuffer allocate(Tenure tenure, long size, long alignment) {
        PoolBuffer memory = null;
        Throwable thrown = null;
        int watched = core.watch().enter(tenure);
        try {
            memory = tenure.pool().allocate(size, alignment);
        } catch (RuntimeException | LinkageError e) {
            thrown = e;
        }
        boolean hung = core.watch().exit(watched);
        if (memory != null && !hung && memory.size() >= size && (memory.address(0) & alignment - 1) == 0) {
            return memory;
        }
        if (thrown instanceof HeapException refusal && !hung) {
            if (tenure.state() == Tenure.State.ACTIVE) {
                throw refusal;
            }
            return null; // the backend left during the call
        }
        if (memory != null) {
            tenure.pool().free(memory);
        }
        String why = hung ? "it did not return in time" : thrown != null ? "it threw " + thrown
                : "it returned " + (memory == null ? "nothing" : memory.size() + " bytes at 0x"
                        + Long.toHexString(memory.address(0))) + " for " + size + " bytes aligned to " + alignment;
        HeapException failure = core.misconduct(tenure, "allocate from heap " + name, why, thrown);
        if (serving == tenure) {
            throw failure;
        }
        return null; // somebody else serves now
    }

    private long rounded(long size, long granularity) {
        long rounded = size + granularity - 1 & -granularity;
        if (rounded < size) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate " + size + " bytes", "heap " + name,
                    "no memory has that many", "ask for a size that fits " + attributes.granularity() + "-byte units");
        }
        return rounded;
    }

    /** A first or further handle of {@code buffer}, whose reference it takes over. */
    DmaBuf open(Buffer buffer, Owner owner) {
        var reference = new BufferReference(buffer, owner, core.watch().now(), core.sites().sample(owner));
        if (!owner.references().add(reference)) {
            buffer.release();
            throw owner.closed("hold a buffer of heap " + name);
        }
        return reference;
    }

    /** The last user of a buffer is gone, or it was revoked. */
    void freed(Buffer buffer, PoolBuffer memory) {
        Tenure tenure = buffer.tenure();
        int watched = core.watch().enter(tenure);
        try {
            tenure.free(buffer, memory);
        } catch (RuntimeException | LinkageError e) {
            LOG.error("heap {}: backend {} did not take buffer {} back", name, tenure.record().backend(), buffer.id(),
                    e);
            core.misconduct(tenure, "free a buffer of heap " + name, "it threw " + e, e);
        } finally {
            core.watch().exit(watched);
        }
        core.quotas().refund(buffer.payer(), charged, buffer.size());
        if (core.events().isHeard()) {
            core.events().tell(() -> new HeapEvent.Freed(name, buffer.id(), buffer.size()));
        }
    }

    /** A CPU access that was checked and is pinned. */
    void transfer(Tenure tenure, PoolBuffer memory, Access access, long offset, MemorySegment segment) {
        int watched = core.watch().enter(tenure);
        try {
            if (access == Access.WRITE) {
                tenure.pool().write(memory, offset, segment);
            } else {
                tenure.pool().read(memory, offset, segment);
            }
        } catch (HeapException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw core.misconduct(tenure, "transfer data of heap " + name, e);
        } finally {
            core.watch().exit(watched);
        }
    }

    /** A CPU mapping that was checked and is pinned. */
    PoolMapping map(Tenure tenure, PoolBuffer memory, Access access) {
        int watched = core.watch().enter(tenure);
        try {
            return tenure.pool().map(memory, access);
        } catch (HeapException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw core.misconduct(tenure, "map memory of heap " + name, e);
        } finally {
            core.watch().exit(watched);
        }
    }

    /** The refusal for a heap that nobody serves. */
    HeapException notServed(String what, String why) {
        HeapState state = state();
        return new HeapException(state == HeapState.DRAINING ? HeapError.DRAINING : HeapError.UNAVAILABLE, what,
                "heap " + name, why, "deploy a backend that serves it, or wait for one with Heaps.await");
    }

    @Override
    public String toString() {
        return "heap " + name;
    }
}
