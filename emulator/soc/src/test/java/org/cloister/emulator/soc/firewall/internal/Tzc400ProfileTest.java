// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.Refusals.assertRefused;
import static org.cloister.emulator.soc.firewall.internal.FirewallFixture.*;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.RegionBudget;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.StepClock;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;

class Tzc400ProfileTest {
    private final FirewallFixture fixture = new FirewallFixture("tzc-400");
    private final FirewallUnit firewall = fixture.firewall;

    @Test
    void afterResetRegionZeroCoversEverythingAndGrantsNothing() {
        assertThat(firewall.regions()).extracting(ProgrammedRegion::number).containsExactly(0);
        assertThat(firewall.budget()).isEqualTo(new RegionBudget(0, 8));
        for (Initiator initiator : ALL.all()) {
            assertThat(firewall.rights(initiator, RAM)).isEqualTo(Access.NONE);
            assertThat(firewall.rights(initiator, 0)).isEqualTo(Access.NONE);
        }
    }

    @Test
    void regionZeroIsTheBackgroundOfTheOthers() {
        fixture.set(whole(OPEN), FirewallRegion.foreground("video", RAM, MIB, only(DECODER, Access.READ_WRITE)));

        assertThat(firewall.rights(CPU, RAM - 1)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.rights(CPU, RAM)).isEqualTo(Access.NONE);
        assertThat(firewall.rights(CPU, RAM + MIB)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.rights(DECODER, RAM)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.regionAt(RAM)).map(ProgrammedRegion::number).contains(1);
    }

    @Test
    void takesEightRegionsAndNoNinth() {
        for (int i = 0; i < 8; i++) {
            assertThat(firewall.budget()).isEqualTo(new RegionBudget(i, 8 - i));
            fixture.set(slice(i));
        }
        assertRefused(HeapError.NO_REGION, () -> fixture.set(slice(8)), "slice-8", "all 8 foreground regions");
        assertThat(firewall.budget()).isEqualTo(new RegionBudget(8, 0));
    }

    @Test
    void aRemovedRegionMakesRoomAndOthersKeepTheirNumbers() {
        for (int i = 0; i < 8; i++) {
            fixture.set(slice(i));
        }
        fixture.remove("slice-2");
        assertThat(firewall.regions()).extracting(ProgrammedRegion::number).containsExactly(0, 1, 2, 4, 5, 6, 7, 8);
        fixture.set(slice(9));
        assertThat(firewall.regionAt(slice(9).base())).map(ProgrammedRegion::number).contains(3);
    }

    @Test
    void oneUpdateMayUseTheRegionThatItFrees() {
        for (int i = 0; i < 8; i++) {
            fixture.set(slice(i));
        }
        firewall.program(FirewallUpdate.remove("slice-0").and(FirewallUpdate.set(slice(8))), Duration.ZERO);
        assertThat(firewall.budget()).isEqualTo(new RegionBudget(8, 0));
    }

    @Test
    void regionZeroCannotBeRemoved() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.remove("background"), "always on");
    }

    @Test
    void thereIsNoSecondBackground() {
        assertRefused(HeapError.NO_REGION, () -> fixture.set(ram()), "all 1 background regions");
    }

    @Test
    void regionZeroCannotShrink() {
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> fixture.set(FirewallRegion.background("background", 0, 1 << 20, OPEN)),
                "covers the whole address space");
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> fixture.set(FirewallRegion.background(
                        "background", 4096, FirewallTable.ADDRESS_SPACE - 4096, OPEN)),
                "covers the whole address space");
    }

    @Test
    void baseAndSizeAreInPages() {
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> fixture.set(FirewallRegion.foreground("video", RAM + 2048, 4096, Rights.NONE)),
                "multiples of 0x1000");
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> fixture.set(FirewallRegion.foreground("video", RAM, 4097, Rights.NONE)),
                "multiples of 0x1000");
    }

    @Test
    void aRegionEndsWithinTheAddressSpace() {
        long last = FirewallTable.ADDRESS_SPACE - 4096;
        fixture.set(FirewallRegion.foreground("top", last, 4096, Rights.NONE));
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> fixture.set(FirewallRegion.foreground("beyond", last, 8192, Rights.NONE)), "address space");
    }

    @Test
    void regionsAreDisjoint() {
        fixture.set(FirewallRegion.foreground("one", RAM, 2 * MIB, Rights.NONE));
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> fixture.set(FirewallRegion.foreground("two", RAM + 2 * MIB - 4096, MIB, Rights.NONE)),
                "two", "region 1 (one)", "disjoint");
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> fixture.set(FirewallRegion.foreground("inside", RAM + 4096, 4096, Rights.NONE)), "disjoint");
        fixture.set(FirewallRegion.foreground("after", RAM + 2 * MIB, MIB, Rights.NONE));
    }

    @Test
    void secureInitiatorsCannotBeToldApart() {
        assertRefused(HeapError.NOT_SUPPORTED,
                () -> fixture.set(FirewallRegion.foreground("key", RAM, MIB, only(SECURE_CPU, Access.READ))),
                "psp", "whole secure world");
        fixture.set(FirewallRegion.foreground("key", RAM, MIB,
                Rights.of(Map.of(SECURE_CPU, Access.READ, PSP, Access.READ))));
    }

    @Test
    void idsOfTheNormalWorldHaveFourBits() {
        Initiator wide = new Initiator("wide", 16, false);
        FirewallUnit other = new FirewallUnit(FirewallProfiles.named("tzc-400"), new Initiators(List.of(CPU, wide)),
                new Gate(), new StepClock());
        assertRefused(HeapError.NOT_SUPPORTED,
                () -> other.program(FirewallUpdate.set(slice(0)), Duration.ZERO), "wide has id 16", "0 to 15");
    }

    @Test
    void manyInitiatorsShareARegion() {
        fixture.set(FirewallRegion.foreground("shared", RAM, MIB, readers(CPU, DECODER, DISPLAY, GPU)));
        assertThat(firewall.rights(GPU, RAM)).isEqualTo(Access.READ);
    }

    private static FirewallRegion whole(Rights rights) {
        return FirewallRegion.background("background", 0, FirewallTable.ADDRESS_SPACE, rights);
    }
}
