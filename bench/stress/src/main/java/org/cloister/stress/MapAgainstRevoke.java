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
import org.openjdk.jcstress.infra.results.LLLL_Result;

/** A driver maps a buffer while it is revoked, for its backend leaves and nobody takes over. */
@JCStressTest
@Outcome(id = "mapped, ended, told, 0", expect = ACCEPTABLE, desc = "it was mapped before, and the driver was told to let go")
@Outcome(id = "REVOKED, none, told, 0", expect = ACCEPTABLE, desc = "it was revoked before")
@Outcome(expect = FORBIDDEN, desc = "a mapping outlived the revocation, or the driver was not told, or memory was lost")
@State
public class MapAgainstRevoke {
    private final Shelf shelf = new Shelf("old", 0x1000_0000L);
    private final StressedCore core = new StressedCore(true);
    private final Reader reader = new Reader();
    private final DmaBuf buffer;
    private final Attachment attachment;
    private Mapping mapping;

    /** A buffer is attached. */
    public MapAgainstRevoke() {
        core.add(List.of(shelf));
        buffer = core.heaps().find(Shelf.HEAP).orElseThrow().allocate(Shelf.PAGE);
        attachment = core.importers().attach(buffer, reader, Access.READ);
    }

    /** Maps. */
    @Actor
    public void map(LLLL_Result result) {
        try {
            mapping = attachment.map(Access.READ, Duration.ZERO);
            result.r1 = "mapped";
        } catch (HeapException e) {
            result.r1 = e.error();
        }
    }

    /** The backend leaves. */
    @Actor
    public void revoke() {
        core.remove(shelf);
    }

    /** Looks at the mapping when all is over. */
    @Arbiter
    public void afterwards(LLLL_Result result) {
        core.drain();
        result.r2 = mapping == null ? "none" : mapping.isValid() ? "valid" : "ended";
        result.r3 = reader.isTold() ? "told" : "not told";
        attachment.close();
        buffer.close();
        core.drain();
        result.r4 = shelf.taken();
    }
}
