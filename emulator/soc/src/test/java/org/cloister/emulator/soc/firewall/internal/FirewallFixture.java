// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.StepClock;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;

/** A firewall with initiators to grant things to. */
final class FirewallFixture {
    static final Initiator CPU = new Initiator("cpu", 1, false);
    static final Initiator SECURE_CPU = new Initiator("cpu-secure", 1, true);
    static final Initiator DECODER = new Initiator("video-decoder", 2, false);
    static final Initiator DISPLAY = new Initiator("display", 3, false);
    static final Initiator GPU = new Initiator("gpu", 4, false);
    static final Initiator PSP = new Initiator("psp", 6, true);
    static final Initiators ALL = new Initiators(List.of(CPU, SECURE_CPU, DECODER, DISPLAY, GPU, PSP));

    static final Rights OPEN = new Rights(Access.READ_WRITE, Access.READ_WRITE, Map.of());
    static final long RAM = 0x8000_0000L;
    static final long MIB = 1 << 20;

    final StepClock clock = new StepClock();
    final Gate gate = new Gate();
    final FirewallUnit firewall;

    FirewallFixture(String profile) {
        firewall = new FirewallUnit(FirewallProfiles.named(profile), ALL, gate, clock);
    }

    void set(FirewallRegion... regions) {
        firewall.program(FirewallUpdate.set(regions), Duration.ZERO);
    }

    void remove(String... names) {
        firewall.program(FirewallUpdate.remove(names), Duration.ZERO);
    }

    static Rights only(Initiator initiator, Access access) {
        return Rights.of(Map.of(initiator, access));
    }

    static Rights readers(Initiator... initiators) {
        Map<Initiator, Access> own = new HashMap<>();
        for (Initiator initiator : initiators) {
            own.put(initiator, Access.READ);
        }
        return Rights.of(own);
    }

    /** A foreground region of 1 MiB, the {@code index}th above the start of RAM, leaving every second MiB free. */
    static FirewallRegion slice(int index) {
        return FirewallRegion.foreground("slice-" + index, RAM + 2 * index * MIB, MIB, Rights.NONE);
    }

    static FirewallRegion ram() {
        return FirewallRegion.background("ram", RAM, 1024 * MIB, OPEN);
    }
}
