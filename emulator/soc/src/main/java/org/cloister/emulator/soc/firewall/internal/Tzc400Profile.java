// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.List;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;

/**
 * Arm TZC-400, all filters programmed alike. Nine regions: region 0 is the background, covers the whole address space
 * and is always on; regions 1 to 8 are disjoint. Ranges are in steps of 4 KiB. A region has one secure-read and one
 * secure-write bit for the whole secure world, and a read and a write bit for each of 16 non-secure ids (NSAIDs).
 * (TZC-400: region registers at 0x100, attributes +0x10, id access +0x14.)
 */
record Tzc400Profile() implements FirewallProfile {
    private static final long GRANULARITY = 4096;
    private static final int NSAIDS = 16;

    @Override
    public String name() {
        return "tzc-400";
    }

    @Override
    public RegionNumbers foreground() {
        return new RegionNumbers(1, 8);
    }

    @Override
    public RegionNumbers background() {
        return new RegionNumbers(0, 0);
    }

    @Override
    public boolean wholeBackground() {
        return true;
    }

    @Override
    public List<ProgrammedRegion> atReset() {
        return List.of(new ProgrammedRegion(0,
                FirewallRegion.background("background", 0, FirewallTable.ADDRESS_SPACE, Rights.NONE)));
    }

    @Override
    public void checkRegion(FirewallRegion region, Initiators initiators) {
        checkRange(region, GRANULARITY);
        Access world = null;
        for (Initiator initiator : initiators.all()) {
            Access access = region.rights().of(initiator);
            if (initiator.secure()) {
                if (world != null && access != world) {
                    throw refusal(HeapError.NOT_SUPPORTED, region,
                            "%s would have %s where other secure initiators have %s, and a region has one pair of "
                                    .formatted(initiator, access, world) + "bits for the whole secure world",
                            "grant the same to all secure initiators");
                }
                world = access;
            } else if (initiator.id() >= NSAIDS) {
                throw refusal(HeapError.NOT_SUPPORTED, region,
                        "initiator %s has id %d, and non-secure ids are 0 to %d".formatted(
                                initiator, initiator.id(), NSAIDS - 1),
                        "give it a lower id in the device tree");
            }
        }
    }

    @Override
    public void checkChange(List<ProgrammedRegion> before, List<ProgrammedRegion> after) {
        checkWholeBackground(after);
    }
}
