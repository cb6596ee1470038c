// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.Comparator;
import java.util.List;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The rule that all firewalls share: regions of one kind have no address in common. (TZC-400 reports an overlap of
 * regions 1 to 8 as a fault of the software; on K3 a foreground region may lie on a background region only.)
 */
final class Disjointness {
    private Disjointness() {
    }

    static void check(List<ProgrammedRegion> regions, String firewall) {
        check(regions, false, firewall);
        check(regions, true, firewall);
    }

    private static void check(List<ProgrammedRegion> regions, boolean background, String firewall) {
        List<ProgrammedRegion> sorted = regions.stream()
                .filter(programmed -> programmed.region().background() == background)
                .sorted(Comparator.comparingLong(programmed -> programmed.region().base()))
                .toList();
        for (int i = 1; i < sorted.size(); i++) {
            FirewallRegion low = sorted.get(i - 1).region();
            FirewallRegion high = sorted.get(i).region();
            if (low.overlaps(high)) {
                throw new HeapException(HeapError.INVALID_ARGUMENT, "program firewall region " + high.name(), firewall,
                        "it shares 0x%x to 0x%x with %s, and regions must be disjoint".formatted(high.base(),
                                Math.min(low.end(), high.end()) - 1, sorted.get(i - 1).label()),
                        "choose another range, or replace that region in the same update");
            }
        }
    }
}
