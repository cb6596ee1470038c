// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.cloister.platform.driver.PromptMapping;

/**
 * A buffer, and where it is: known as a device knows it, for core tells devices before it moves a buffer. So an attack
 * on a place never comes when that is somebody else's already. Safe for use by any thread.
 */
final class KnownBuffer implements Importer, AutoCloseable {
    private final Importer device;
    private final Access access;
    private final Function<String, Threat> threats;
    private final Consumer<List<Place>> onLeft;
    private final Attachment attachment;
    private List<Place> places = List.of(); // guarded by this, and so is an attack on one of them

    /**
     * Attaches it, after which it stays alive until this is closed; waits while it is being moved.
     *
     * @param device who may use the buffer
     * @param access what that device may do
     * @param threats what threatens the memory of a backend
     * @param onLeft is told which places it leaves, before it does
     * @throws org.cloister.heap.HeapException what core says
     */
    KnownBuffer(DmaBuf buffer, Importers importers, Importer device, Access access, Function<String, Threat> threats,
            Consumer<List<Place>> onLeft) {
        this.device = device;
        this.access = access;
        this.threats = threats;
        this.onLeft = onLeft;
        this.attachment = importers.attach(buffer, this, access);
    }

    @Override
    public String name() {
        return "attacks on " + device.name();
    }

    @Override
    public String initiator() {
        return device.initiator();
    }

    @Override
    public Constraints constraints() {
        return device.constraints();
    }

    /**
     * Finds out where it is, unless that is known.
     *
     * @return whether that is known now, as it is not while it is being moved
     * @throws org.cloister.heap.HeapException {@code REVOKED}, {@code CLOSED}
     */
    synchronized boolean locate() {
        if (places.isEmpty()) {
            Optional<Mapping> mapping = PromptMapping.of(attachment, access);
            if (mapping.isPresent()) {
                try (Mapping open = mapping.get()) {
                    places = places(open);
                }
            }
        }
        return !places.isEmpty();
    }

    private List<Place> places(Mapping mapping) {
        Threat threat = threats.apply(attachment.record().backend());
        List<Place> found = new ArrayList<>();
        SegmentCursor cursor = mapping.cursor();
        while (cursor.next()) {
            found.add(new Place(cursor.address(), cursor.length(), threat));
        }
        return List.copyOf(found);
    }

    /** Does something to each place, which stays the buffer's meanwhile; nothing while it is not known. */
    synchronized void each(Consumer<Place> attack) {
        places.forEach(attack);
    }

    /** Where it is, as far as that is known. */
    synchronized List<Place> places() {
        return places;
    }

    /** It has none of its places in such a range any more. */
    synchronized void lost(long base, long size) {
        places = places.stream().filter(place -> !place.isWithin(base, size)).toList();
    }

    /** A place that was revoked stays closed until it is freed, and is attacked on. */
    @Override
    public void invalidated(Attachment moved, Invalidation reason) {
        if (reason == Invalidation.MOVED) {
            List<Place> left;
            synchronized (this) {
                left = places;
                places = List.of();
            }
            onLeft.accept(left);
        }
    }

    /** The buffer may go. */
    @Override
    public void close() {
        attachment.close();
    }
}
