// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.Refusals.assertRefused;
import static org.cloister.emulator.soc.firewall.internal.FirewallFixture.*;

import java.util.Map;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.RegionBudget;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;

class VprProfileTest {
    private static final Rights WIRED = Rights.of(Map.of(DECODER, Access.READ_WRITE, DISPLAY, Access.READ));

    private final FirewallFixture fixture = new FirewallFixture("vpr");
    private final FirewallUnit firewall = fixture.firewall;

    @Test
    void withoutARegionAllMemoryIsOpen() {
        assertThat(firewall.rights(CPU, RAM)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.budget()).isEqualTo(new RegionBudget(0, 1));
    }

    @Test
    void theRegionIsForItsClientsOnly() {
        fixture.set(vpr(RAM, MIB, WIRED));
        assertThat(firewall.rights(CPU, RAM)).isEqualTo(Access.NONE);
        assertThat(firewall.rights(DECODER, RAM)).isEqualTo(Access.READ_WRITE);
        assertThat(firewall.rights(CPU, RAM + MIB)).isEqualTo(Access.READ_WRITE);
    }

    @Test
    void theRegionCanGrowAndMove() {
        fixture.set(vpr(RAM, MIB, WIRED));
        fixture.set(vpr(RAM - MIB, 3 * MIB, WIRED));
        assertThat(firewall.rights(CPU, RAM + MIB)).isEqualTo(Access.NONE);
        assertThat(firewall.rights(CPU, RAM + 2 * MIB)).isEqualTo(Access.READ_WRITE);
    }

    @Test
    void thereIsOneRegion() {
        fixture.set(vpr(RAM, MIB, WIRED));
        assertRefused(HeapError.NO_REGION, () -> fixture.set(
                FirewallRegion.foreground("second", RAM + 2 * MIB, MIB, WIRED)), "all 1 foreground regions");
    }

    @Test
    void rangesAreInMebibytes() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.set(vpr(RAM + 4096, MIB, WIRED)), "0x100000");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> fixture.set(vpr(RAM, MIB + 4096, WIRED)), "0x100000");
    }

    @Test
    void rightsAreWired() {
        fixture.set(vpr(RAM, MIB, WIRED));
        assertRefused(HeapError.NOT_SUPPORTED, () -> fixture.set(vpr(RAM, MIB, only(GPU, Access.READ))), "wired");
        assertThat(firewall.rights(GPU, RAM)).isEqualTo(Access.NONE);
    }

    @Test
    void noProcessorHasRights() {
        for (Initiator processor : new Initiator[] {CPU, SECURE_CPU}) {
            assertRefused(HeapError.NOT_SUPPORTED, () -> fixture.set(vpr(RAM, MIB, only(processor, Access.WRITE))),
                    processor.name(), "no processor");
        }
        assertRefused(HeapError.NOT_SUPPORTED, () -> fixture.set(vpr(RAM, MIB, OPEN)), "no processor");
    }

    @Test
    void memoryOutsideCannotBeRestricted() {
        assertRefused(HeapError.NOT_SUPPORTED, () -> fixture.set(FirewallRegion.background(
                "background", 0, FirewallTable.ADDRESS_SPACE, only(CPU, Access.READ))), "open to all");
    }

    private static FirewallRegion vpr(long base, long size, Rights rights) {
        return FirewallRegion.foreground("vpr", base, size, rights);
    }
}
