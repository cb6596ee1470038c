// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.RegionBudget;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * The contents of a firewall's registers, always such as its profile can hold. Immutable.
 */
final class FirewallProgram {
    private final FirewallProfile profile;
    private final List<ProgrammedRegion> regions;

    private FirewallProgram(FirewallProfile profile, List<ProgrammedRegion> regions) {
        this.profile = profile;
        this.regions = List.copyOf(regions);
    }

    /** What the firewall holds after reset. */
    static FirewallProgram reset(FirewallProfile profile) {
        return new FirewallProgram(profile, profile.atReset());
    }

    /** The regions, by number. */
    List<ProgrammedRegion> regions() {
        return regions;
    }

    RegionBudget budget() {
        RegionNumbers numbers = profile.foreground();
        int used = (int) regions.stream().filter(programmed -> numbers.has(programmed.number())).count();
        return new RegionBudget(used, numbers.count() - used);
    }

    /**
     * This program with a change.
     *
     * @throws HeapException when the profile cannot hold the result; see {@link FirewallProfile}
     */
    FirewallProgram with(FirewallUpdate update, Initiators initiators) {
        List<ProgrammedRegion> next = new ArrayList<>(regions);
        for (String name : update.remove()) {
            if (!next.removeIf(named(name))) {
                throw new HeapException(HeapError.INVALID_ARGUMENT, "remove firewall region " + name, title(),
                        "no region has that name", "remove a region that is there");
            }
        }
        List<FirewallRegion> arriving = new ArrayList<>();
        for (FirewallRegion region : update.set()) {
            region.rights().own().keySet().forEach(initiators::indexOf);
            Optional<ProgrammedRegion> before = next.stream().filter(named(region.name())).findFirst();
            if (before.isPresent() && before.get().region().background() == region.background()) {
                next.replaceAll(old -> old == before.get() ? new ProgrammedRegion(old.number(), region) : old);
            } else {
                before.ifPresent(next::remove);
                arriving.add(region);
            }
        }
        arriving.forEach(region -> next.add(new ProgrammedRegion(numberFor(region, next), region)));
        next.sort(Comparator.comparingInt(ProgrammedRegion::number));
        update.set().forEach(region -> profile.checkRegion(region, initiators));
        Disjointness.check(next, title());
        profile.checkChange(regions, next);
        return new FirewallProgram(profile, next);
    }

    private int numberFor(FirewallRegion region, List<ProgrammedRegion> taken) {
        RegionNumbers numbers = region.background() ? profile.background() : profile.foreground();
        BitSet used = new BitSet();
        taken.forEach(programmed -> used.set(programmed.number()));
        int number = used.nextClearBit(numbers.first());
        if (!numbers.has(number)) {
            throw new HeapException(HeapError.NO_REGION, "program firewall region " + region.name(), title(),
                    "all %d %s regions are in use".formatted(
                            numbers.count(), region.background() ? "background" : "foreground"),
                    "remove a region, or protect one larger range in place of several");
        }
        return number;
    }

    private String title() {
        return "firewall " + profile.name();
    }

    private static Predicate<ProgrammedRegion> named(String name) {
        return programmed -> programmed.region().name().equals(name);
    }
}
