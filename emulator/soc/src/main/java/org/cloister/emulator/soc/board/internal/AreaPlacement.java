// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.ReservedMemory;
import org.cloister.platform.dt.ReservedRegion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the contiguous areas of a board, as the kernel does at boot: those with a place of their own first, then those
 * that have only a size, from the top of the memory they may lie in. An area that cannot be had is reported and left
 * out; the board runs without it. For one use by one thread.
 */
final class AreaPlacement {
    private static final Logger LOG = LoggerFactory.getLogger(AreaPlacement.class);
    /** CMA areas consist of whole page blocks: 2 MiB on arm64 with pages of 4 KiB. */
    private static final long PAGE_BLOCK = 2 << 20;

    private final BoardPlan plan;
    private final AreaReleases releases;
    private final List<AddressRange> ram;
    private final List<AddressRange> taken = new ArrayList<>();
    private final List<ContiguousArea> areas = new ArrayList<>();

    private AreaPlacement(BoardPlan plan, AreaReleases releases) {
        this.plan = plan;
        this.releases = releases;
        ram = plan.banks(MemoryBank.Kind.NORMAL).stream().map(MemoryBank::range).toList();
        plan.banks(MemoryBank.Kind.SECURE).forEach(bank -> taken.add(bank.range()));
    }

    /**
     * The areas of a board: those with a place in the order of the tree, then the others in that order.
     *
     * @param releases told of what goes back to them
     */
    static List<ContiguousArea> of(BoardPlan plan, AreaReleases releases) {
        AreaPlacement placement = new AreaPlacement(plan, releases);
        placement.place(plan.tree().reservedMemory());
        return placement.areas;
    }

    private void place(ReservedMemory reserved) {
        taken.addAll(reserved.reservations());
        List<ReservedRegion> enabled = reserved.regions().stream().filter(ReservedRegion::isEnabled).toList();
        for (ReservedRegion region : enabled) {
            if (region.isContiguousArea() && !region.reg().isEmpty()) {
                placeStatic(region, enabled);
            }
        }
        enabled.forEach(region -> taken.addAll(region.reg()));
        enabled.stream().filter(region -> region.isContiguousArea() && region.isDynamic())
                .forEach(this::placeDynamic);
    }

    private void placeStatic(ReservedRegion region, List<ReservedRegion> all) {
        AddressRange range = region.reg().getFirst();
        if (range.isEmpty() || range.base() % PAGE_BLOCK != 0 || range.size() % PAGE_BLOCK != 0) {
            leaveOut(region, range + " is not made of whole blocks of 2 MiB");
        } else if (ram.stream().noneMatch(bank -> bank.contains(range))) {
            leaveOut(region, range + " is not within normal RAM");
        } else if (taken.stream().anyMatch(range::overlaps) || all.stream().anyMatch(
                other -> !other.path().equals(region.path()) && other.reg().stream().anyMatch(range::overlaps))) {
            leaveOut(region, range + " overlaps other reserved memory");
        } else {
            add(region, range);
        }
    }

    private void placeDynamic(ReservedRegion region) {
        long size = roundUp(region.size().orElseThrow());
        long wanted = region.alignment().orElse(PAGE_BLOCK);
        if (size <= 0 || wanted < 0 || Long.bitCount(wanted) > 1) {
            leaveOut(region, "size 0x%x or alignment 0x%x cannot be had".formatted(
                    region.size().orElseThrow(), wanted));
            return;
        }
        long alignment = Math.max(PAGE_BLOCK, wanted);
        Optional<AddressRange> place = Optional.empty();
        for (int i = ram.size() - 1; i >= 0 && place.isEmpty(); i--) {
            place = search(ram.get(i), region.allocRanges(), size, alignment);
        }
        place.ifPresentOrElse(
                range -> {
                    taken.add(range);
                    add(region, range);
                },
                () -> leaveOut(region, "no free range of 0x%x bytes is where it may lie".formatted(size)));
    }

    private Optional<AddressRange> search(AddressRange bank, List<AddressRange> allowed, long size, long alignment) {
        if (allowed.isEmpty()) {
            return highestFree(bank, size, alignment);
        }
        return allowed.stream()
                .flatMap(range -> common(bank, range).stream())
                .flatMap(range -> highestFree(range, size, alignment).stream())
                .max((one, other) -> Long.compare(one.base(), other.base()));
    }

    private Optional<AddressRange> highestFree(AddressRange within, long size, long alignment) {
        long base = within.base() + within.size() - size & -alignment;
        while (base >= within.base()) {
            AddressRange range = new AddressRange(base, size);
            Optional<AddressRange> obstacle = taken.stream().filter(range::overlaps).findFirst();
            if (obstacle.isEmpty()) {
                return Optional.of(range);
            }
            base = obstacle.get().base() - size & -alignment;
        }
        return Optional.empty();
    }

    /** Banks are below 2^46, so that what is in one can be compared as signed numbers. */
    private static Optional<AddressRange> common(AddressRange bank, AddressRange other) {
        if (!bank.overlaps(other)) {
            return Optional.empty();
        }
        long base = bank.contains(other.base()) ? other.base() : bank.base();
        long bankLast = bank.base() + bank.size() - 1;
        long otherLast = other.base() + other.size() - 1;
        long last = bank.contains(otherLast) ? otherLast : bankLast;
        return Optional.of(new AddressRange(base, last - base + 1));
    }

    private static long roundUp(long size) {
        return size + PAGE_BLOCK - 1 & -PAGE_BLOCK;
    }

    private void add(ReservedRegion region, AddressRange range) {
        areas.add(new CmaArea(region.name(), region.cmaDefault(), range, releases));
    }

    private void leaveOut(ReservedRegion region, String why) {
        LOG.warn("board {} runs without contiguous area {}: {}", plan.name(), region.path(), why);
    }
}
