// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import org.cloister.emulator.soc.SocClock;
import org.cloister.emulator.soc.bus.internal.Bus;
import org.cloister.emulator.soc.bus.internal.FaultRecorder;
import org.cloister.emulator.soc.bus.internal.PhysicalRanges;
import org.cloister.emulator.soc.bus.internal.RegisterBus;
import org.cloister.emulator.soc.firewall.internal.FirewallUnit;
import org.cloister.emulator.soc.firewall.internal.Gate;

/**
 * The parts of a board, wired.
 *
 * @param memory its memory
 * @param firewall its firewall
 * @param registers the registers of its devices
 * @param faults what its bus blocked
 * @param bus its bus
 */
record Hardware(PhysicalRanges memory, FirewallUnit firewall, RegisterBus registers, FaultRecorder faults, Bus bus) {
    private static final int FAULTS_KEPT = 256;

    /** Makes the parts as they are after reset, with memory that nobody can reach. */
    static Hardware of(BoardPlan plan, SocClock clock) {
        Gate gate = new Gate();
        FirewallUnit firewall = new FirewallUnit(plan.profile(), plan.initiators(), gate, clock);
        FaultRecorder faults = new FaultRecorder(FAULTS_KEPT, clock);
        PhysicalRanges memory = new PhysicalRanges(plan.banks().stream().map(MemoryBank::range).toList());
        RegisterBus registers = new RegisterBus(memory);
        Bus bus = new Bus(plan.initiators(), memory, registers, gate, faults);
        return new Hardware(memory, firewall, registers, faults, bus);
    }
}
