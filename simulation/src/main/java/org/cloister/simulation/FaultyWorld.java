// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import org.cloister.emulator.soc.EncryptedMemory;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;

/** The board as firmware has it. Programming the firewall fails now and then; others run before and after. */
final class FaultyWorld implements SecureWorld {
    private static final HeapError[] ERRORS = {HeapError.TIMED_OUT, HeapError.NO_REGION};

    private final SecureWorld next;
    private final Scheduler scheduler;
    private final Faults faults;
    private final Ledger ledger;
    private final Trace trace;

    FaultyWorld(SecureWorld next, Scheduler scheduler, Faults faults, Ledger ledger, Trace trace) {
        this.next = next;
        this.scheduler = scheduler;
        this.faults = faults;
        this.ledger = ledger;
        this.trace = trace;
    }

    @Override
    public Soc soc() {
        return next.soc();
    }

    @Override
    public PhysicalMemory memory(String initiator) {
        return next.memory(initiator);
    }

    @Override
    public void program(FirewallUpdate update, Duration timeout) {
        scheduler.yield();
        if (faults.strike("firewall")) {
            HeapError error = ERRORS[faults.way(ERRORS.length)];
            update.remove().forEach(ledger::notOpened);
            throw new HeapException(error, "program the firewall", "the simulated firewall", "it refuses, it says", "retry");
        }
        next.program(update, timeout);
        update.set().forEach(one -> trace.note("region " + one.name(), one.base(), one.size(), one.rights().own().size()));
        update.remove().forEach(one -> trace.note("no region " + one));
        update.remove().forEach(ledger::opened);
        scheduler.yield();
    }

    @Override
    public Registration encrypt(EncryptedMemory memory) {
        return next.encrypt(memory);
    }
}
