// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.firewall.internal.FirewallTable;
import org.cloister.emulator.soc.firewall.internal.FirewallUnit;
import org.cloister.heap.HeapError;

/**
 * What runs first on a board (a BL2, a first-stage loader): programs the firewall from the device tree, before anybody
 * can reach memory. Normal RAM becomes background, so that later regions can lie on it; all else foreground. Stateless.
 */
final class BootFirmware {
    private BootFirmware() {
    }

    static void run(BoardPlan plan, FirewallUnit firewall) {
        List<FirewallRegion> regions = new ArrayList<>(background(plan));
        Stream.of(MemoryBank.Kind.SECURE, MemoryBank.Kind.CARVE_OUT)
                .flatMap(kind -> plan.banks(kind).stream())
                .map(bank -> FirewallRegion.foreground(
                        bank.name(), bank.range().base(), bank.range().size(), bank.rights()))
                .forEach(regions::add);
        firewall.program(new FirewallUpdate(regions, List.of()), Duration.ZERO);
    }

    private static List<FirewallRegion> background(BoardPlan plan) {
        List<MemoryBank> ram = plan.banks(MemoryBank.Kind.NORMAL);
        if (!plan.profile().wholeBackground()) {
            return ram.stream()
                    .map(bank -> FirewallRegion.background(
                            bank.name(), bank.range().base(), bank.range().size(), bank.rights()))
                    .toList();
        }
        MemoryBank first = ram.getFirst();
        for (MemoryBank bank : ram) {
            if (!bank.rights().equals(first.rights())) {
                throw BoardError.of(HeapError.NOT_SUPPORTED, plan.name(),
                        "%s (%s) and %s (%s) have different grants, and firewall %s has one background region"
                                .formatted(first.name(), first.rights(), bank.name(), bank.rights(),
                                        plan.profile().name()),
                        "grant all normal RAM alike");
            }
        }
        return List.of(FirewallRegion.background("background", 0, FirewallTable.ADDRESS_SPACE, first.rights()));
    }
}
