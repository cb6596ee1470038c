// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.List;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;

/**
 * A firewall that no hardware has: 65,536 regions in steps of 4 KiB with any rights, for benchmarks and for the board
 * that holds everything.
 */
record LabProfile() implements FirewallProfile {
    private static final long GRANULARITY = 4096;
    private static final int REGIONS = 1 << 16;

    @Override
    public String name() {
        return "lab";
    }

    @Override
    public RegionNumbers foreground() {
        return new RegionNumbers(0, REGIONS - 1);
    }

    @Override
    public RegionNumbers background() {
        return new RegionNumbers(0, REGIONS - 1);
    }

    @Override
    public boolean wholeBackground() {
        return false;
    }

    @Override
    public List<ProgrammedRegion> atReset() {
        return List.of();
    }

    @Override
    public void checkRegion(FirewallRegion region, Initiators initiators) {
        checkRange(region, GRANULARITY);
    }

    @Override
    public void checkChange(List<ProgrammedRegion> before, List<ProgrammedRegion> after) {
        // Nothing beyond being disjoint.
    }
}
