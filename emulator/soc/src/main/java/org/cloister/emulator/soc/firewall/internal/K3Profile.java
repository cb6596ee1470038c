// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;

/**
 * TI K3 (Jacinto, Sitara): sixteen regions a firewall, background or foreground, in steps of 4 KiB. A region has three
 * permission words, each for one privilege id; a word has bits for the secure and for the non-secure accesses of that
 * id, so that a processor needs one word for both its worlds, and id 195 stands for all initiators. (TISCI firewall
 * messages: at most three permission registers; 195 is "all", 197 "none".)
 */
record K3Profile() implements FirewallProfile {
    private static final long GRANULARITY = 4096;
    private static final int WORDS = 3;
    private static final int ALL = 195;
    private static final int NONE = 197;

    @Override
    public String name() {
        return "k3";
    }

    @Override
    public RegionNumbers foreground() {
        return new RegionNumbers(0, 15);
    }

    @Override
    public RegionNumbers background() {
        return new RegionNumbers(0, 15);
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
        Rights rights = region.rights();
        Set<Integer> ids = new TreeSet<>();
        if (rights.normal().or(rights.secure()) != Access.NONE) {
            ids.add(ALL);
        }
        for (Initiator initiator : rights.own().keySet()) {
            if (initiator.id() == ALL || initiator.id() == NONE) {
                throw refusal(HeapError.NOT_SUPPORTED, region,
                        "initiator %s has privilege id %d, which stands for %s".formatted(
                                initiator, initiator.id(), initiator.id() == ALL ? "all" : "none"),
                        "give it another id in the device tree");
            }
            ids.add(initiator.id());
        }
        if (ids.size() > WORDS) {
            throw refusal(HeapError.NOT_SUPPORTED, region,
                    "its rights (%s) take %d privilege ids (%s), and a region has words for %d".formatted(
                            rights, ids.size(), ids, WORDS),
                    "grant it to fewer initiators");
        }
    }

    @Override
    public void checkChange(List<ProgrammedRegion> before, List<ProgrammedRegion> after) {
        // Regions of a K3 firewall do not depend on each other, beyond being disjoint.
    }
}
