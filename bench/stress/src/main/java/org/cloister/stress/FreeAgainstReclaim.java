// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.cloister.backend.PoolBuffer;
import org.cloister.pool.LendingPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The last buffer of a chunk is freed, so that the chunk is taken back, while another buffer is allocated. */
@JCStressTest
@Outcome(id = "protected, 1 lent 0 left", expect = ACCEPTABLE, desc = "it got the chunk before that was taken back")
@Outcome(id = "protected, 2 lent 0 left", expect = ACCEPTABLE, desc = "the chunk was gone, or being taken back: it got another")
@Outcome(expect = FORBIDDEN, desc = "it got memory that is the normal world's again, or a chunk stays lent for nobody")
@State
public class FreeAgainstReclaim {
    private final Loans loans = new Loans();
    private final LendingPool pool = loans.pool();
    private final PoolBuffer last = pool.allocate(Loans.CHUNK, Shelf.PAGE);
    private PoolBuffer next;

    /** Frees what is in the chunk. */
    @Actor
    public void free() {
        pool.free(last);
    }

    /** Allocates. */
    @Actor
    public void allocate() {
        next = pool.allocate(Shelf.PAGE, Shelf.PAGE);
    }

    /** Looks whether the memory is lent, and what is lent when all is freed. */
    @Arbiter
    public void afterwards(LL_Result result) {
        result.r1 = loans.isLent(next) ? "protected" : "open";
        pool.free(next);
        pool.releaseIdle();
        result.r2 = loans.count() + " lent " + loans.left() + " left";
    }
}
