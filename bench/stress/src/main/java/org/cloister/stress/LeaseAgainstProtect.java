// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SocClock;
import org.cloister.emulator.soc.firewall.internal.FirewallProfiles;
import org.cloister.emulator.soc.firewall.internal.FirewallUnit;
import org.cloister.emulator.soc.firewall.internal.Gate;
import org.cloister.emulator.soc.firewall.internal.Initiators;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The CPU writes, on a lease, while firmware protects the memory, and reads what is in it. */
@JCStressTest
@Outcome(id = "wrote, 1", expect = ACCEPTABLE, desc = "the lease was held before; protecting waited for it, and sees what it did")
@Outcome(id = "refused, 0", expect = ACCEPTABLE, desc = "the firewall was changed before")
@Outcome(expect = FORBIDDEN, desc = "a write was in flight after \"protect\" had returned")
@State
public class LeaseAgainstProtect {
    private static final long RAM = 0x8000_0000L;
    private static final long MIB = 1 << 20;
    private static final Initiators ALL = new Initiators(List.of(new Initiator(Initiator.CPU, 0, false),
            new Initiator(Initiator.SECURE_CPU, 0, true)));
    private static final int CPU = ALL.indexOf(Initiator.CPU);

    private final Gate gate = new Gate();
    private final FirewallUnit firewall = new FirewallUnit(FirewallProfiles.named("lab"), ALL, gate, new MachineClock());
    private int memory; // plain, as memory is: what orders accesses is the gate

    /** Everybody may use it. */
    public LeaseAgainstProtect() {
        firewall.program(FirewallUpdate.set(FirewallRegion.background("ram", RAM, 16 * MIB,
                new Rights(Access.READ_WRITE, Access.READ_WRITE, Map.of()))), Duration.ZERO);
    }

    /** The CPU writes. */
    @Actor
    public void write(LL_Result result) {
        int slot = gate.enterTransfer(CPU, RAM + MIB, Integer.BYTES, Access.WRITE);
        if (slot == Gate.REFUSED) {
            result.r1 = "refused";
            return;
        }
        memory = 1;
        gate.leaveTransfer(slot);
        result.r1 = "wrote";
    }

    /** Firmware protects, and looks. */
    @Actor
    public void protect(LL_Result result) {
        firewall.program(FirewallUpdate.set(FirewallRegion.foreground("video", RAM + MIB, MIB, Rights.NONE)),
                Duration.ofMinutes(1));
        result.r2 = memory;
    }

    /** Time of the machine. */
    private static final class MachineClock implements SocClock {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void pause(int looks) {
            Thread.onSpinWait();
        }
    }
}
