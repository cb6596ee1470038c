// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * Refuses one in eight of the calls that lend, assign, release and reclaim, before firmware sees it; the same ones for the
 * same order of calls. Safe for use by any thread.
 */
final class Saboteur implements SmcConduit {
    /** What it refuses, in the order in which a chunk meets it. */
    static final List<String> STEPS = List.of("lend", "message", "release", "reclaim");

    private static final int DENIED = -6;
    private static final int RECLAIM = 3;
    /** Each chunk that is lost keeps a firewall region, and the board has seven. */
    private static final int MOST_LOST = 3;

    private final SmcConduit next;
    private final SplittableRandom random = new SplittableRandom(15); // guarded by this
    private final AtomicIntegerArray refused = new AtomicIntegerArray(STEPS.size());
    private volatile boolean armed;

    Saboteur(SmcConduit next) {
        this.next = next;
    }

    @Override
    public void call(SmcRegisters registers) {
        int step = step(registers);
        if (step < 0 || !armed || !strikes() || step == RECLAIM && refused.get(step) == MOST_LOST) {
            next.call(registers);
            return;
        }
        refused.incrementAndGet(step);
        registers.function(FfaFunction.ERROR).setW(2, DENIED);
    }

    private synchronized boolean strikes() {
        return random.nextInt(8) == 0;
    }

    private static int step(SmcRegisters registers) {
        return switch (FfaFunction.narrow(registers.w(0))) {
            case FfaFunction.MEM_LEND -> 0;
            case FfaFunction.MEM_RECLAIM -> RECLAIM;
            case FfaFunction.DIRECT_REQUEST -> registers.w(3) == OpteeFfa.CALL_WITH_ARG ? 1
                    : registers.w(3) == OpteeFfa.RELEASE_PROTMEM ? 2 : -1;
            default -> -1;
        };
    }

    /** Begins, or stops. */
    void arm(boolean now) {
        armed = now;
    }

    /** How many calls of a step it refused. */
    int refused(int step) {
        return refused.get(step);
    }
}
