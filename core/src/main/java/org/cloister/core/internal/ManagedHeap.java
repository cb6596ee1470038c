// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.UseCase;

/**
 * A heap: a name, the tenure that serves it now, and the tenures that are being drained. Bundles see it through
 * {@link OwnedHeap}.
 *
 * <p>The serving tenure is a volatile that only {@link Elections} replaces; everything in the hot path hangs on it.
 */
final class ManagedHeap {
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

    /** How its pools are called. */
    PoolCalls calls() {
        return core.calls();
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
            rename(otherNames);
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

    /** Changes the aliases; under the lock of {@link Elections}. Tells whether they were others before. */
    boolean rename(Set<String> otherNames) {
        boolean others = !aliases.equals(otherNames);
        aliases = Set.copyOf(otherNames);
        return others;
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
        PoolUsage pool = PoolUsage.of(0, 0, 0);
        long live = 0;
        if (current != null && current.enter()) { // so that the pool is not destroyed meanwhile
            try {
                pool = calls().call(current, "tell the usage of " + this,
                        () -> Objects.requireNonNull(current.pool().usage(), "usage"));
                live = current.count();
            } finally {
                current.leave();
            }
        }
        long old = 0;
        long quarantined = pool.quarantined();
        for (Tenure tenure : draining) {
            old += tenure.count();
            quarantined += tenure.quarantined();
        }
        return new HeapUsage(pool.capacity(), pool.free(), pool.largestFree(), quarantined, live + old, old,
                pool.regionsUsed(), pool.regionsLeft());
    }

    /** Asks all pools to make quarantined memory safe. */
    long retryQuarantined() {
        long back = 0;
        for (Tenure tenure : tenures()) {
            if (tenure.hold()) {
                try {
                    long safe = calls().call(tenure, "make quarantined memory of " + this + " safe",
                            () -> tenure.pool().retryQuarantined());
                    tenure.withdrew(-safe);
                    back += safe;
                } finally {
                    tenure.leave();
                }
            }
        }
        return back;
    }

    /** Serving and draining, at one moment. */
    List<Tenure> tenures() {
        return Stream.concat(serving().stream(), draining.stream()).toList();
    }

    /** Allocates from whoever serves; a refusal counts only if whoever refused still does. */
    DmaBuf allocate(Owner owner, AllocationRequest request) {
        while (true) {
            if (owner.isClosed()) {
                throw owner.closed("allocate from " + this);
            }
            Tenure tenure = serving;
            if (tenure == null || !tenure.enter()) {
                core.settle(this, "allocate " + request.size() + " bytes");
                continue;
            }
            try {
                return open(allocate(tenure, owner, request), owner);
            } catch (HeapException e) {
                if (serving == tenure) {
                    throw e;
                }
            }
        }
    }

    /** Allocates within {@code tenure}, which was entered. */
    private Buffer allocate(Tenure tenure, Owner owner, AllocationRequest request) {
        long granularity = tenure.attributes().granularity();
        long charge = 0;
        boolean done = false;
        try {
            long size = rounded(request.size(), granularity);
            core.quotas().charge(owner, useCase, charged, size);
            charge = size;
            PoolBuffer memory = calls().allocate(tenure, size, Math.max(request.alignment(), granularity));
            name(tenure, memory, request.name());
            var buffer = new Buffer(core.nextBufferId(), this, tenure, memory,
                    Math.max(request.alignment(), granularity), owner, request.name());
            if (!tenure.add(buffer)) {
                calls().free(tenure, memory);
                throw notServed("allocate " + size + " bytes", "the backend has left and its buffers were revoked");
            }
            if (buffer.size() != size) {
                core.quotas().refund(owner, charged, size - buffer.size());
            }
            done = true;
            if (tenure.state() != Tenure.State.ACTIVE) {
                core.mover().consider(this); // it came too late to be moved with the others
            }
            if (core.events().isHeard()) {
                core.events().tell(() -> new HeapEvent.Allocated(name, buffer.id(), buffer.size(), owner.name()));
            }
            return buffer;
        } finally {
            if (!done) {
                core.quotas().refund(owner, charged, charge);
                tenure.leave();
            }
        }
    }

    /** Names memory, or frees it. */
    private void name(Tenure tenure, PoolBuffer memory, String text) {
        if (text.isEmpty()) {
            return;
        }
        try {
            calls().call(tenure, "name a buffer of " + this, () -> {
                tenure.pool().name(memory, text);
                return null;
            });
        } catch (HeapException e) {
            calls().free(tenure, memory);
            throw e;
        }
    }

    private long rounded(long size, long granularity) {
        long rounded = size + granularity - 1 & -granularity;
        if (rounded < size) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate " + size + " bytes", "heap " + name,
                    "no memory has that many", "ask for a size that fits units of " + granularity + " bytes");
        }
        return rounded;
    }

    /** A first or further handle of {@code buffer}, whose reference it takes over. */
    DmaBuf open(Buffer buffer, Owner owner) {
        var reference = new BufferReference(buffer, owner, core.watch().now(), core.sites().sample(owner));
        if (!owner.references().add(reference)) {
            buffer.release();
            throw owner.closed("hold a buffer of " + this);
        }
        return reference;
    }

    /** The last user of a buffer is gone, or it was revoked. */
    void freed(Buffer buffer, PoolBuffer memory) {
        Tenure tenure = buffer.tenure();
        tenure.remove(buffer);
        try {
            calls().free(tenure, memory);
        } finally {
            tenure.leave();
            core.quotas().refund(buffer.payer(), charged, buffer.size());
        }
        if (core.events().isHeard()) {
            core.events().tell(() -> new HeapEvent.Freed(name, buffer.id(), buffer.size()));
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
