// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.util.List;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * What a kind of firewall hardware can hold. Stateless.
 *
 * <p>A profile refuses with a {@link HeapException}: {@code INVALID_ARGUMENT} for a range that its registers cannot
 * hold, {@code NOT_SUPPORTED} for rights that they cannot express, {@code NO_REGION} when they are used up.
 */
public sealed interface FirewallProfile permits K3Profile, LabProfile, Tzc400Profile, VprProfile {
    /** The name by which a device tree chooses it. */
    String name();

    /** The register sets that foreground regions may use. */
    RegionNumbers foreground();

    /** The register sets that background regions may use. */
    RegionNumbers background();

    /** Whether there is one background region, always there, that covers the whole address space. */
    boolean wholeBackground();

    /** What the registers hold after reset. */
    List<ProgrammedRegion> atReset();

    /** Refuses a region that the hardware cannot hold, whatever else it holds. */
    void checkRegion(FirewallRegion region, Initiators initiators);

    /** Refuses a change that the hardware cannot make; both lists are disjoint and within {@link RegionNumbers}. */
    void checkChange(List<ProgrammedRegion> before, List<ProgrammedRegion> after);

    /** Refuses a region whose ends are not multiples of {@code granularity}, or that leaves the address space. */
    default void checkRange(FirewallRegion region, long granularity) {
        if (region.base() % granularity != 0 || region.size() % granularity != 0) {
            throw refusal(HeapError.INVALID_ARGUMENT, region,
                    "base 0x%x and size 0x%x are not both multiples of 0x%x".formatted(
                            region.base(), region.size(), granularity),
                    "align the range");
        }
        if (region.end() > FirewallTable.ADDRESS_SPACE) {
            throw refusal(HeapError.INVALID_ARGUMENT, region,
                    "its end 0x%x is above 0x%x, the end of the address space".formatted(
                            region.end(), FirewallTable.ADDRESS_SPACE),
                    "choose lower addresses");
        }
    }

    /** Refuses a background region that does not cover the whole address space, and a program without one. */
    default void checkWholeBackground(List<ProgrammedRegion> after) {
        List<FirewallRegion> whole = after.stream().map(ProgrammedRegion::region)
                .filter(FirewallRegion::background).toList();
        if (whole.isEmpty()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "remove firewall region 0", "firewall " + name(),
                    "region 0 is always on", "set it to rights for nobody instead");
        }
        FirewallRegion region = whole.getFirst();
        if (region.base() != 0 || region.end() != FirewallTable.ADDRESS_SPACE) {
            throw refusal(HeapError.INVALID_ARGUMENT, region, "region 0 covers the whole address space",
                    "give it base 0 and size 0x%x, or make it a foreground region".formatted(
                            FirewallTable.ADDRESS_SPACE));
        }
    }

    /** A refusal of a region. */
    default HeapException refusal(HeapError error, FirewallRegion region, String why, String remedy) {
        return new HeapException(
                error, "program firewall region " + region.name(), "firewall " + name(), why, remedy);
    }
}
