// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.StackTrace;

/** What recordings of the JDK Flight Recorder tell of memory that changes worlds; stable, see docs/events.md. */
@Category("Cloister")
@StackTrace(false)
abstract class ChunkEvent extends Event {
    @Label("Pool")
    String pool;

    @Label("Address")
    @MemoryAddress
    long base;

    @Label("Size")
    @DataAmount
    long size;

    @Label("Done")
    @Description("False when the secure world refused, or nobody knows")
    boolean done;

    /** Writes it, if it is recorded. */
    final void commit(String whose, Chunk chunk) {
        end();
        if (shouldCommit()) {
            pool = whose;
            base = chunk.address();
            size = chunk.size();
            commit();
        }
    }
}
