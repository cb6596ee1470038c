// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;

/**
 * Where buffers are and were. A place is live as long as it is a buffer's that is known; it is left when the buffer is
 * moved or forgotten, or its memory goes back to a contiguous area. The last is looked at before anybody else can take
 * the memory. Safe for use by any thread.
 */
final class Places implements AutoCloseable {
    private final Soc soc;
    private final Importers importers;
    private final Function<String, Threat> threats;
    private final BiConsumer<Attack, Place> sift;
    private final Map<Long, KnownBuffer> known = new ConcurrentHashMap<>(); // by buffer id
    private final Lock books = new ReentrantLock();
    private final Condition released = books.newCondition(); // some that was left went back
    private final Set<Place> left = new HashSet<>(); // guarded by books
    private final Registration watch;

    /**
     * Knows no buffer yet.
     *
     * @param threats what threatens the memory of a backend
     * @param sift looks for content, as the CPU, in a place that goes back to a contiguous area
     */
    Places(Soc soc, Importers importers, Function<String, Threat> threats, BiConsumer<Attack, Place> sift) {
        this.soc = soc;
        this.importers = importers;
        this.threats = threats;
        this.sift = sift;
        this.watch = soc.watchReleases(this::releasing);
    }

    /**
     * Finds out where a buffer is, which stays alive until it is forgotten.
     *
     * @param importer a device that may use the buffer
     * @param access what that device may do
     * @return whether that is known now, as it is not while the buffer is being moved
     */
    boolean learn(DmaBuf buffer, Importer importer, Access access) {
        if (!known.containsKey(buffer.id())) {
            var found = new KnownBuffer(buffer, importers, importer, access, threats, this::leave);
            if (known.putIfAbsent(buffer.id(), found) != null) {
                found.close(); // somebody else was as quick
            }
        }
        return Optional.ofNullable(known.get(buffer.id())).map(KnownBuffer::locate).orElse(false);
    }

    /** Does something to each place of a buffer, which does not leave it meanwhile; nothing if it is not known. */
    void each(long bufferId, Consumer<Place> attack) {
        Optional.ofNullable(known.get(bufferId)).ifPresent(buffer -> buffer.each(attack));
    }

    /** Where a buffer is, as far as that is known. */
    List<Place> of(long bufferId) {
        return Optional.ofNullable(known.get(bufferId)).map(KnownBuffer::places).orElse(List.of());
    }

    private void leave(List<Place> places) {
        books.lock();
        try {
            left.addAll(places);
        } finally {
            books.unlock();
        }
    }

    /** A buffer may go, and leaves its places. Nothing if it is not known. */
    void forget(long bufferId) {
        Optional.ofNullable(known.remove(bufferId)).ifPresent(buffer -> {
            leave(buffer.places());
            buffer.close();
        });
    }

    /** All buffers may go. */
    void forgetAll() {
        List.copyOf(known.keySet()).forEach(this::forget);
    }

    /** The places that were left, and did not go back to a contiguous area. */
    List<Place> left() {
        books.lock();
        try {
            return List.copyOf(left);
        } finally {
            books.unlock();
        }
    }

    /** Reads, once, what goes back to a contiguous area: it was scrubbed. */
    private void releasing(long address, long size) {
        for (KnownBuffer buffer : known.values()) {
            leave(buffer.places().stream().filter(place -> place.isWithin(address, size)).toList());
            buffer.lost(address, size);
        }
        Set<Place> back = left().stream().filter(place -> place.isWithin(address, size)).collect(Collectors.toSet());
        for (Place place : back) {
            place.threat().byTheCpu(Access.READ).ifPresent(attack -> sift.accept(attack, place));
        }
        books.lock();
        try {
            left.removeAll(back);
            released.signalAll();
        } finally {
            books.unlock();
        }
    }

    /**
     * Waits until all memory that was lent and left is the normal world's again. Memory that was lent is part of a
     * contiguous area; all other memory stays protected for good.
     *
     * @param patience how long to wait
     * @return bytes that are still lent, also when the thread was interrupted
     */
    long awaitReclaim(Duration patience) {
        books.lock();
        try {
            long nanos = patience.toNanos();
            while (stillLent() > 0 && nanos > 0) {
                nanos = released.awaitNanos(nanos);
            }
            return stillLent();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return stillLent();
        } finally {
            books.unlock();
        }
    }

    /** Memory that the CPU may read is not lent, but encrypted. */
    private long stillLent() {
        return left.stream().filter(place -> place.threat().byTheCpu(Access.READ).isPresent())
                .filter(place -> soc.contiguousAreas().stream()
                        .anyMatch(area -> place.isWithin(area.base(), area.size())))
                .mapToLong(Place::length).sum();
    }

    /** Forgets all, and looks no more at memory that goes back to a contiguous area. */
    @Override
    public void close() {
        watch.close();
        forgetAll();
    }
}
