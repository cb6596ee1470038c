// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;

/**
 * A video protection region: one contiguous range in steps of 1 MiB, one pair of registers. Outside it all memory is
 * open to all; inside it no processor has any rights. Which initiators have rights inside is wired: once the region is
 * programmed, only its base and size can change. (NVIDIA Tegra: secure call 0x82000003 with base and size.)
 */
record VprProfile() implements FirewallProfile {
    private static final long GRANULARITY = 1 << 20;
    private static final Rights OPEN = new Rights(Access.READ_WRITE, Access.READ_WRITE, Map.of());

    @Override
    public String name() {
        return "vpr";
    }

    @Override
    public RegionNumbers foreground() {
        return new RegionNumbers(1, 1);
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
        return List.of(new ProgrammedRegion(
                0, FirewallRegion.background("background", 0, FirewallTable.ADDRESS_SPACE, OPEN)));
    }

    @Override
    public void checkRegion(FirewallRegion region, Initiators initiators) {
        checkRange(region, GRANULARITY);
        if (region.background()) {
            if (!region.rights().equals(OPEN)) {
                throw refusal(HeapError.NOT_SUPPORTED, region,
                        "memory outside the protected region is open to all (asked: %s)".formatted(region.rights()),
                        "grant read and write to both worlds");
            }
            return;
        }
        for (Initiator initiator : initiators.all()) {
            boolean processor = initiator.name().equals(Initiator.CPU)
                    || initiator.name().equals(Initiator.SECURE_CPU);
            if (processor && region.rights().of(initiator) != Access.NONE) {
                throw refusal(HeapError.NOT_SUPPORTED, region,
                        initiator + " would have rights in it, and no processor can", "grant it to devices only");
            }
        }
    }

    @Override
    public void checkChange(List<ProgrammedRegion> before, List<ProgrammedRegion> after) {
        checkWholeBackground(after);
        for (ProgrammedRegion old : before) {
            for (ProgrammedRegion changed : after) {
                if (old.number() == changed.number()
                        && !old.region().rights().equals(changed.region().rights())) {
                    throw refusal(HeapError.NOT_SUPPORTED, changed.region(),
                            "its rights are wired as %s".formatted(old.region().rights()),
                            "change base and size only");
                }
            }
        }
    }
}
