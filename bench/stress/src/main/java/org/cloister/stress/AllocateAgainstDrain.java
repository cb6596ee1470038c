// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.List;
import org.cloister.core.internal.StressedCore;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** An allocation while the backend drains and another takes over. */
@JCStressTest
@Outcome(id = "old, LIVE, 0", expect = ACCEPTABLE, desc = "it came before the drain; the buffer stays until it is released")
@Outcome(id = "new, LIVE, 0", expect = ACCEPTABLE, desc = "it came after the drain began, and the successor serves it")
@Outcome(expect = FORBIDDEN, desc = "it was refused although somebody serves, or the buffer died, or memory was lost")
@State
public class AllocateAgainstDrain {
    private final Shelf old = new Shelf("old", 0x1000_0000L);
    private final Shelf successor = new Shelf("new", 0x2000_0000L);
    private final StressedCore core = new StressedCore(false);
    private DmaBuf buffer;

    /** Both are there. */
    public AllocateAgainstDrain() {
        core.add(List.of(old, successor));
    }

    /** Allocates. */
    @Actor
    public void allocate(LLL_Result result) {
        try {
            buffer = core.heaps().find(Shelf.HEAP).orElseThrow().allocate(Shelf.PAGE);
            result.r1 = buffer.record().backend();
        } catch (HeapException e) {
            result.r1 = e.error();
        }
    }

    /** Drains. */
    @Actor
    public void drain() {
        core.remove(old);
    }

    /** Looks at the buffer, and at what is left once it is released. */
    @Arbiter
    public void afterwards(LLL_Result result) {
        core.drain();
        result.r2 = buffer == null ? "none" : buffer.state();
        if (buffer != null) {
            buffer.close();
        }
        core.drain();
        result.r3 = old.taken() + successor.taken();
    }
}
