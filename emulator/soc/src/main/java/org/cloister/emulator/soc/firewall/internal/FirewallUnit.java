// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.emulator.soc.Firewall;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.RegionBudget;
import org.cloister.emulator.soc.SocClock;
import org.cloister.heap.Access;
import org.cloister.heap.HeapException;
import org.cloister.platform.Initiator;

/**
 * The firewall of a board: the registers, and the table made from them that is in force.
 *
 * <p>Safe for use by any thread. One change at a time, by the lock; {@link #program} is written under it and read
 * through a volatile. What is in force is the {@link Gate}'s.
 */
public final class FirewallUnit implements Firewall {
    private final FirewallProfile profile;
    private final Initiators initiators;
    private final Gate gate;
    private final SocClock clock;
    private final ReentrantLock programming = new ReentrantLock();
    private volatile FirewallProgram program;

    /** Makes the firewall as it is after reset. */
    public FirewallUnit(FirewallProfile profile, Initiators initiators, Gate gate, SocClock clock) {
        this.profile = profile;
        this.initiators = initiators;
        this.gate = gate;
        this.clock = clock;
        program = FirewallProgram.reset(profile);
        gate.change(TableCompiler.compile(program.regions(), initiators), word -> false);
    }

    @Override
    public String profile() {
        return profile.name();
    }

    @Override
    public List<ProgrammedRegion> regions() {
        return program.regions();
    }

    @Override
    public RegionBudget budget() {
        return program.budget();
    }

    @Override
    public Optional<ProgrammedRegion> regionAt(long address) {
        return inSpace(address) ? gate.table().decider(address) : Optional.empty();
    }

    @Override
    public Access rights(Initiator initiator, long address) {
        int index = initiators.indexOf(initiator);
        return inSpace(address) ? gate.table().rights(index, address) : Access.NONE;
    }

    /** Changes the program, as {@link org.cloister.emulator.soc.SecureWorld#program} says. */
    public void program(FirewallUpdate update, Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("a timeout is not negative: " + timeout);
        }
        Patience patience = new Patience("program the firewall", timeout, clock, initiators);
        patience.await(programming::tryLock, "another change of the firewall is under way");
        try {
            FirewallProgram next = program.with(update, initiators);
            gate.change(TableCompiler.compile(next.regions(), initiators), patience.withLeases());
            program = next;
        } finally {
            programming.unlock();
        }
    }

    /**
     * Ends all access, for good. Waits for what is in flight.
     *
     * @throws HeapException {@code TIMED_OUT} when a lease outlived the timeout; even then nobody gets in any more
     */
    public void shut(Duration timeout) {
        programming.lock();
        try {
            gate.shut(new Patience("switch the board off", timeout, clock, initiators).withLeases());
        } finally {
            programming.unlock();
        }
    }

    private static boolean inSpace(long address) {
        return address >= 0 && address < FirewallTable.ADDRESS_SPACE;
    }
}
