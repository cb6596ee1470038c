// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * The way to firmware, on which calls are late, refused, or lost. Others run before and after each call. Notes what is
 * lent by FF-A, and what was not taken back.
 */
final class FaultyConduit implements SmcConduit {
    /** Where a memory transaction of OP-TEE's driver has its first range: an address, and a number of pages. */
    private static final long RANGE = 0x60;
    private static final long PAGE = 4096;
    private static final FfaStatus[] REFUSALS = {FfaStatus.DENIED, FfaStatus.NO_MEMORY, FfaStatus.BUSY};

    private final SmcConduit next;
    private final PhysicalMemory cpu;
    private final Scheduler scheduler;
    private final Faults faults;
    private final Trace trace;
    private final Ledger ledger;
    private long tx;

    FaultyConduit(SmcConduit next, PhysicalMemory cpu, Scheduler scheduler, Faults faults, Trace trace, Ledger ledger) {
        this.next = next;
        this.cpu = cpu;
        this.scheduler = scheduler;
        this.faults = faults;
        this.trace = trace;
        this.ledger = ledger;
    }

    @Override
    public void call(SmcRegisters r) {
        scheduler.yield();
        int function = FfaFunction.narrow(r.w(0));
        long handle = r.pair(1, 2);
        trace.note("call", r.x(0), r.x(1), r.x(2), r.x(3), r.x(4), r.x(5), r.x(6), r.x(7));
        if (faults.strike("conduit")) {
            switch (faults.way(faults.loses() ? 4 : 2)) {
                case 0 -> scheduler.pause(Duration.ofMillis(1 + faults.way(5000)).toNanos());
                case 1 -> {
                    if (refuse(function, r, handle)) {
                        return;
                    }
                }
                case 2 -> {
                    next.call(r);
                    throw dead("its answer was lost");
                }
                default -> throw dead("the call was lost");
            }
        }
        Range lent = function == FfaFunction.MEM_LEND && tx != 0
                ? new Range(cpu.readLong(tx + RANGE), cpu.readInt(tx + RANGE + Long.BYTES) * PAGE) : null;
        if (function == FfaFunction.RXTX_MAP) {
            tx = r.x(1);
        }
        next.call(r);
        trace.note("answer", r.x(0), r.x(1), r.x(2), r.x(3), r.x(4));
        if (FfaFunction.narrow(r.w(0)) == FfaFunction.SUCCESS) {
            if (lent != null) {
                ledger.lent(r.pair(2, 3), lent);
            } else if (function == FfaFunction.MEM_RECLAIM) {
                ledger.reclaimed(handle);
            }
        }
        scheduler.yield();
    }

    private boolean refuse(int function, SmcRegisters r, long handle) {
        if (function != FfaFunction.MEM_LEND && function != FfaFunction.MEM_RECLAIM) {
            return false;
        }
        if (function == FfaFunction.MEM_RECLAIM) {
            ledger.notReclaimed(handle);
        }
        r.function(FfaFunction.ERROR).setW(2, REFUSALS[faults.way(REFUSALS.length)].code());
        return true;
    }

    private static HeapException dead(String why) {
        return new HeapException(HeapError.FIRMWARE_DEAD, "call firmware", "the simulated conduit", why, "restart it");
    }
}
