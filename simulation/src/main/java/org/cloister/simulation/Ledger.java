// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.cloister.emulator.soc.Firewall;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.heap.UseCase;
import org.cloister.platform.Window;

/**
 * What the outside of the framework knows: which memory devices have been shown, what the normal world has taken and given
 * back, what firmware was lent and did not return. Nothing in it comes from the books of core or of pools.
 */
final class Ledger {
    /** A buffer that a device has been shown. */
    static final class Entry {
        private final long id;
        private final UseCase useCase;
        private final List<Range> pieces;
        private long stamp; // 0 until it was written

        /**
         * @param id by which users know it
         * @param useCase of the heap that it came from
         * @param pieces where it is
         * @param stamp what was written to it, if anything was; 0 for nothing
         */
        Entry(long id, UseCase useCase, List<Range> pieces, long stamp) {
            this.id = id;
            this.useCase = useCase;
            this.pieces = pieces;
            this.stamp = stamp;
        }

        long id() {
            return id;
        }

        UseCase useCase() {
            return useCase;
        }

        List<Range> pieces() {
            return pieces;
        }

        /** From now on each page begins with the stamp. */
        void stamp(long value) {
            stamp = value;
        }

        long stamp() {
            return stamp;
        }
    }

    /**
     * A window of the normal world that is open.
     *
     * @param who the initiator
     * @param window what it has
     */
    record Open(String who, Window window) {}

    private final Map<Long, Entry> shown = new LinkedHashMap<>();
    private final List<Open> windows = new ArrayList<>();
    private final Map<Long, Long> taken = new TreeMap<>(); // from areas: address to size
    private final Map<Long, Range> lent = new HashMap<>(); // by handle
    private final Map<Object, Range> withheld = new LinkedHashMap<>(); // by handle, or by the name of a region
    private final List<Range> reported = new ArrayList<>();
    private final Consumer<Violation> findings;
    private Firewall firewall;

    Ledger(Consumer<Violation> findings) {
        this.findings = findings;
    }

    /** The board is on. */
    void watch(Firewall value) {
        firewall = value;
    }

    /** A device has been shown where a buffer is. */
    void shown(Entry entry) {
        for (Range piece : entry.pieces()) {
            for (Entry other : shown.values()) {
                if (other.id() != entry.id() && other.pieces().stream().anyMatch(piece::overlaps)) {
                    findings.accept(new Violation(5, "buffer %d is at %s, which buffer %d has, and a device still uses"
                            .formatted(entry.id(), piece, other.id())));
                }
            }
            withheld.forEach((why, range) -> {
                if (range.overlaps(piece)) {
                    findings.accept(new Violation(6, "buffer %d is at %s, within %s that was not taken back (%s)"
                            .formatted(entry.id(), piece, range, why)));
                }
            });
        }
        shown.put(entry.id(), entry);
        isolated(entry);
    }

    /** No region holds buffers of two use cases. */
    void isolated(Entry entry) {
        for (Range piece : entry.pieces()) {
            firewall.regionAt(piece.base()).filter(one -> !one.region().background()).ifPresent(one -> {
                for (Entry other : shown.values()) {
                    if (!other.useCase().equals(entry.useCase()) && other.pieces().stream()
                            .anyMatch(part -> part.overlaps(one.region().base(), one.region().size()))) {
                        findings.accept(new Violation(2, "buffers %d (%s) and %d (%s) are both in %s".formatted(
                                entry.id(), entry.useCase(), other.id(), other.useCase(), one.label())));
                    }
                }
            });
        }
    }

    /** From now on the buffer may be anywhere, or be gone. */
    void forget(long id) {
        shown.remove(id);
    }

    /** Buffers that devices have been shown and may use. */
    Collection<Entry> shown() {
        return shown.values();
    }

    /** A window was opened. */
    void opened(Open window) {
        windows.add(window);
    }

    /** It is about to be closed. */
    void closing(Open window) {
        windows.remove(window);
    }

    List<Open> windows() {
        return windows;
    }

    /** The normal world takes memory from an area. */
    void taken(long address, long size) {
        taken.put(address, size);
    }

    /** It gives it back, for anybody to use. */
    void givenBack(long address) {
        Long size = taken.remove(address);
        if (size == null) {
            return; // the area refuses
        }
        var range = new Range(address, size);
        for (ProgrammedRegion region : firewall.regions()) {
            if (!region.region().background() && range.overlaps(region.region().base(), region.region().size())) {
                findings.accept(new Violation(6, "%s goes back to the normal world, and is %s still"
                        .formatted(range, region.label())));
            }
        }
        withheld.forEach((why, kept) -> {
            if (kept.overlaps(range)) {
                findings.accept(new Violation(6, "%s goes back to the normal world, and was not taken back (%s)"
                        .formatted(range, why)));
            }
        });
    }

    /** Core says that a range is quarantined. */
    void reported(Range range) {
        reported.add(range);
    }

    /** Whether core has said so of any part of a range. */
    boolean isReported(Range range) {
        return reported.stream().anyMatch(range::overlaps);
    }

    /** What is taken from areas. */
    List<Range> taken() {
        return taken.entrySet().stream().map(one -> new Range(one.getKey(), one.getValue())).toList();
    }

    /** Firmware was lent a range by FF-A. */
    void lent(long handle, Range range) {
        lent.put(handle, range);
    }

    /** Firmware did not let it be taken back. */
    void notReclaimed(long handle) {
        Range range = lent.get(handle);
        if (range != null) {
            withheld.put("handle " + handle, range);
        }
    }

    /** It is back. */
    void reclaimed(long handle) {
        lent.remove(handle);
        withheld.remove("handle " + handle);
    }

    /**
     * A region of the firewall could not be taken out. MediaTek's application goes on serving from its own, under the region
     * that stands; others say of all of it that they are done.
     */
    void notOpened(String region) {
        firewall.regions().stream().filter(one -> one.region().name().equals(region)).findFirst()
                .filter(one -> !BoardKind.HANDED_OVER.contains(one.region().base()))
                .ifPresent(one -> withheld.put(region, new Range(one.region().base(), one.region().size())));
    }

    /** It is out. */
    void opened(String region) {
        withheld.remove(region);
    }
}
