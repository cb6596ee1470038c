// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.List;
import org.cloister.core.internal.StressedCore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** A look-up while the backend behind the name leaves, and another takes over. */
@JCStressTest
@Outcome(id = "old, new", expect = ACCEPTABLE, desc = "it was found before the swap")
@Outcome(id = "new, new", expect = ACCEPTABLE, desc = "it was found after the swap")
@Outcome(expect = FORBIDDEN, desc = "the name was gone, or nobody was behind it, or the swap was lost")
@State
public class FindAgainstSwap {
    private final Shelf old = new Shelf("old", 0x1000_0000L);
    private final StressedCore core = new StressedCore(false);

    /** Both are there. */
    public FindAgainstSwap() {
        core.add(List.of(old, new Shelf("new", 0x2000_0000L)));
    }

    private String found() {
        return core.heaps().find(Shelf.HEAP).map(heap -> heap.backend()).orElse("lost");
    }

    /** Looks up. */
    @Actor
    public void find(LL_Result result) {
        result.r1 = found();
    }

    /** Swaps. */
    @Actor
    public void swap() {
        core.remove(old);
    }

    /** Looks up when all is over. */
    @Arbiter
    public void afterwards(LL_Result result) {
        core.drain();
        result.r2 = found();
    }
}
