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
import org.cloister.emulator.soc.RegionBudget;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.StepClock;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class K3ProfileTest {
    private final FirewallFixture fixture = new FirewallFixture("k3");
    private final FirewallUnit firewall = fixture.firewall;

    @Test
    void afterResetThereAreSixteenFreeRegionsAndNoRights() {
        assertThat(firewall.regions()).isEmpty();
        assertThat(firewall.budget()).isEqualTo(new RegionBudget(0, 16));
        assertThat(firewall.rights(SECURE_CPU, RAM)).isEqualTo(Access.NONE);
        assertThat(firewall.regionAt(RAM)).isEmpty();
    }

    @Test
    void takesThreePrivilegeIds() {
        fixture.set(ram(), video(Map.of(CPU, Access.WRITE, DECODER, Access.READ_WRITE, DISPLAY, Access.READ)));
        assertThat(firewall.rights(CPU, RAM)).isEqualTo(Access.WRITE);
        assertThat(firewall.rights(DECODER, RAM)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.rights(DISPLAY, RAM)).isEqualTo(Access.READ);
        assertThat(firewall.rights(GPU, RAM)).isEqualTo(Access.NONE);
    }

    @Test
    void takesNoFourPrivilegeIds() {
        assertRefused(HeapError.NOT_SUPPORTED, () -> fixture.set(video(Map.of(CPU, Access.WRITE,
                        DECODER, Access.READ_WRITE, DISPLAY, Access.READ, GPU, Access.READ))),
                "video", "take 4 privilege ids ([1, 2, 3, 4])", "words for 3");
        assertThat(firewall.regions()).isEmpty();
    }

    @Test
    void bothWorldsOfAProcessorShareAWord() {
        fixture.set(video(Map.of(CPU, Access.WRITE, SECURE_CPU, Access.READ_WRITE, DECODER, Access.READ_WRITE,
                DISPLAY, Access.READ)));
        assertThat(firewall.rights(SECURE_CPU, RAM)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.rights(CPU, RAM)).isEqualTo(Access.WRITE);
    }

    @Test
    void everybodyTakesOneWord() {
        Map<Initiator, Access> two = Map.of(CPU, Access.WRITE, DECODER, Access.WRITE);
        fixture.set(FirewallRegion.foreground("log", RAM, MIB, new Rights(Access.READ, Access.READ, two)));
        assertThat(firewall.rights(CPU, RAM)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.rights(GPU, RAM)).isEqualTo(Access.READ);

        Map<Initiator, Access> three = Map.of(CPU, Access.WRITE, DECODER, Access.WRITE, GPU, Access.WRITE);
        assertRefused(HeapError.NOT_SUPPORTED, () -> fixture.set(FirewallRegion.foreground(
                "log", RAM, MIB, new Rights(Access.NONE, Access.READ, three))), "[1, 2, 4, 195]");
    }

    @Test
    void grantsOfNothingTakeNoWord() {
        fixture.set(video(Map.of(CPU, Access.NONE, DECODER, Access.READ, DISPLAY, Access.READ, GPU, Access.READ)));
        assertThat(firewall.rights(CPU, RAM)).isEqualTo(Access.NONE);
    }

    @ParameterizedTest
    @CsvSource({"195, all", "197, none"})
    void idsWithAMeaningAreNobodys(int id, String meaning) {
        Initiator odd = new Initiator("odd", id, false);
        FirewallUnit other = new FirewallUnit(FirewallProfiles.named("k3"), new Initiators(List.of(odd)),
                new Gate(), new StepClock());
        assertRefused(HeapError.NOT_SUPPORTED, () -> other.program(
                FirewallUpdate.set(video(Map.of(odd, Access.READ))), Duration.ZERO), "odd", "stands for " + meaning);
    }

    @Test
    void backgroundAndForegroundShareSixteenRegions() {
        fixture.set(ram());
        for (int i = 0; i < 15; i++) {
            fixture.set(slice(i));
        }
        assertThat(firewall.budget()).isEqualTo(new RegionBudget(16, 0));
        assertRefused(HeapError.NO_REGION, () -> fixture.set(slice(15)), "slice-15", "all 16");
    }

    @Test
    void foregroundLiesOnBackgroundOnly() {
        fixture.set(ram(), slice(0));
        assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.set(
                FirewallRegion.foreground("over", slice(0).base(), 4096, Rights.NONE)), "region 1 (slice-0)");
    }

    @Test
    void backgroundsAreDisjointToo() {
        fixture.set(ram());
        assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.set(
                FirewallRegion.background("more", ram().end() - 4096, MIB, OPEN)), "disjoint");
        fixture.set(FirewallRegion.background("more", ram().end(), MIB, OPEN));
    }

    @Test
    void rangesAreInPages() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.set(
                FirewallRegion.foreground("odd", RAM, 1000, Rights.NONE)), "multiples of 0x1000");
    }

    private static FirewallRegion video(Map<Initiator, Access> rights) {
        return FirewallRegion.foreground("video", RAM, MIB, Rights.of(rights));
    }
}
