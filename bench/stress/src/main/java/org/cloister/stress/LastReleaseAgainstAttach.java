// SPDX-License-Identifier: Apache-2.0
package org.cloister.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import java.util.List;
import org.cloister.core.internal.StressedCore;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Mapping;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/** The last reference to a buffer is closed while a driver attaches it. */
@JCStressTest
@Outcome(id = "attached, 4096, 0", expect = ACCEPTABLE, desc = "it was attached before, and the driver keeps it alive")
@Outcome(id = "CLOSED, 0, 0", expect = ACCEPTABLE, desc = "it was closed before, and is gone")
@Outcome(expect = FORBIDDEN, desc = "a driver has memory that is free, or memory was lost")
@State
public class LastReleaseAgainstAttach {
    private final Shelf shelf = new Shelf("old", 0x1000_0000L);
    private final StressedCore core = new StressedCore(false);
    private final DmaBuf buffer;
    private Attachment attachment;

    /** A buffer with one reference. */
    public LastReleaseAgainstAttach() {
        core.add(List.of(shelf));
        buffer = core.heaps().find(Shelf.HEAP).orElseThrow().allocate(Shelf.PAGE);
    }

    /** Closes it. */
    @Actor
    public void release() {
        buffer.close();
    }

    /** Attaches it. */
    @Actor
    public void attach(LLL_Result result) {
        try {
            attachment = core.importers().attach(buffer, new Reader(), Access.READ);
            result.r1 = "attached";
        } catch (HeapException e) {
            result.r1 = e.error();
        }
    }

    /** Looks at what is taken, before and after the driver lets go. */
    @Arbiter
    public void afterwards(LLL_Result result) {
        core.drain();
        result.r2 = shelf.taken();
        if (attachment != null) {
            try (Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
                result.r2 = mapping.isValid() ? result.r2 : "unusable";
            }
            attachment.close();
        }
        core.drain();
        result.r3 = shelf.taken();
    }
}
