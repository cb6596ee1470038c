// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.cloister.emulator.soc.Refusals.assertRefused;
import static org.cloister.emulator.soc.firewall.internal.FirewallFixture.*;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FirewallUnitTest {
    private final FirewallFixture fixture = new FirewallFixture("lab");
    private final FirewallUnit firewall = fixture.firewall;

    @ParameterizedTest
    @ValueSource(strings = {"lab", "k3", "tzc-400"})
    void nobodyHasRightsBeforeTheyAreGranted(String profile) {
        FirewallUnit fresh = new FirewallFixture(profile).firewall;
        for (Initiator initiator : ALL.all()) {
            for (long address : new long[] {0, RAM, FirewallTable.ADDRESS_SPACE - 1}) {
                assertThat(fresh.rights(initiator, address)).isEqualTo(Access.NONE);
            }
        }
    }

    @Test
    void addressesOutsideTheAddressSpaceHaveNoRights() {
        fixture.set(ram());
        for (long address : new long[] {-1, Long.MIN_VALUE, FirewallTable.ADDRESS_SPACE, Long.MAX_VALUE}) {
            assertThat(firewall.rights(CPU, address)).isEqualTo(Access.NONE);
            assertThat(firewall.regionAt(address)).isEmpty();
        }
    }

    @Test
    void replacesARegionOfTheSameNameInPlace() {
        fixture.set(slice(0), slice(1));
        FirewallRegion wider = FirewallRegion.foreground("slice-0", RAM + 8 * MIB, 2 * MIB, OPEN);
        fixture.set(wider);
        assertThat(firewall.regions()).containsExactly(
                new ProgrammedRegion(0, wider), new ProgrammedRegion(1, slice(1)));
        assertThat(firewall.regionAt(slice(0).base())).isEmpty();
    }

    @Test
    void aRefusedUpdateChangesNothing() {
        fixture.set(ram(), slice(0));
        List<ProgrammedRegion> before = firewall.regions();
        FirewallTable table = fixture.gate.table();

        FirewallRegion bad = FirewallRegion.foreground("bad", RAM + 1, MIB, OPEN);
        assertRefused(HeapError.INVALID_ARGUMENT, () -> firewall.program(
                new FirewallUpdate(List.of(slice(1), bad), List.of("slice-0")), Duration.ZERO), "bad", "multiples");

        assertThat(firewall.regions()).isEqualTo(before);
        assertThat(fixture.gate.table()).isSameAs(table);
    }

    @Test
    void refusesToRemoveWhatIsNotThere() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.remove("ghost"), "ghost", "no region has that name");
    }

    @Test
    void refusesStrangers() {
        Initiator stranger = new Initiator("stranger", 9, false);
        Initiator impostor = new Initiator("cpu", 9, false);
        for (Initiator unknown : new Initiator[] {stranger, impostor}) {
            assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.set(
                    FirewallRegion.foreground("x", RAM, MIB, only(unknown, Access.READ))), unknown.name());
            assertRefused(HeapError.INVALID_ARGUMENT, () -> firewall.rights(unknown, RAM), unknown.name());
        }
    }

    @Test
    void refusesANegativeTimeout() {
        assertThatIllegalArgumentException().isThrownBy(
                () -> firewall.program(FirewallUpdate.set(slice(0)), Duration.ofMillis(-1)));
    }

    @Test
    void holdsThousandsOfRegions() {
        FirewallRegion[] regions = IntStream.range(0, 4096).mapToObj(FirewallFixture::slice)
                .toArray(FirewallRegion[]::new);
        fixture.set(FirewallRegion.background("ram", RAM, 4096 * 2 * MIB, OPEN));
        fixture.set(regions);
        assertThat(firewall.budget().used()).isEqualTo(4097);
        for (int i = 0; i < 4096; i += 97) {
            assertThat(firewall.rights(CPU, slice(i).base())).isEqualTo(Access.NONE);
            assertThat(firewall.rights(CPU, slice(i).end())).isEqualTo(Access.READ_WRITE);
        }
    }

    @Test
    void refusesAProfileThatIsNotThere() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> FirewallProfiles.named("moat"),
                "moat", "tzc-400, k3, vpr, lab");
    }

    @Test
    void aRegionWithoutGrantsDecidesAllTheSame() {
        fixture.set(ram(), FirewallRegion.foreground("hole", RAM, 4096, Rights.NONE));
        assertThat(firewall.regionAt(RAM)).map(ProgrammedRegion::label).contains("region 1 (hole)");
    }
}
