// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** What core writes into recordings of the JDK Flight Recorder; names and fields are stable, see docs/events.md. */
final class FlightEvents {
    private FlightEvents() {}

    /** What all have in common. */
    @Category("Cloister")
    @StackTrace(false)
    abstract static class OfHeap extends Event {
        @Label("Heap")
        String heap;
    }

    /** What those of a range of a backend's memory have in common. */
    abstract static class OfRange extends OfHeap {
        @Label("Backend")
        String backend;

        @Label("Address")
        @MemoryAddress
        long base;

        @Label("Size")
        @DataAmount
        long size;
    }

    /** What those have in common that went wrong. */
    abstract static class Trouble extends OfRange {
        @Label("Why")
        String why;
    }

    @Name("org.cloister.Allocation")
    @Label("Buffer allocated")
    static final class Allocation extends OfHeap {
        @Label("Buffer")
        long buffer;

        @Label("Size")
        @DataAmount
        long size;

        @Label("Owner")
        @Description("Symbolic name of the bundle")
        String owner;
    }

    @Name("org.cloister.Free")
    @Label("Buffer freed")
    static final class Free extends OfHeap {
        @Label("Buffer")
        long buffer;

        @Label("Size")
        @DataAmount
        long size;
    }

    @Name("org.cloister.Swap")
    @Label("Backend changed")
    static final class Swap extends OfHeap {
        @Label("From")
        @Description("The backend that served before; empty when none did")
        String from;

        @Label("To")
        @Description("The backend that serves now; empty when none does")
        String to;

        @Label("Generation")
        long generation;
    }

    @Name("org.cloister.Drain")
    @Label("Backend drains")
    static final class Drain extends OfHeap {
        @Label("Backend")
        String backend;

        @Label("Live buffers")
        long buffers;
    }

    @Name("org.cloister.Retire")
    @Label("Backend retired")
    static final class Retire extends OfHeap {
        @Label("Backend")
        String backend;
    }

    @Name("org.cloister.Move")
    @Label("Buffer moved")
    static final class Move extends OfHeap {
        @Label("Buffer")
        long buffer;

        @Label("From")
        String from;

        @Label("To")
        String to;
    }

    @Name("org.cloister.Revoke")
    @Label("Buffer revoked")
    static final class Revoke extends OfHeap {
        @Label("Buffer")
        long buffer;

        @Label("Why")
        String why;
    }

    @Name("org.cloister.Leak")
    @Label("Buffer leaked")
    static final class Leak extends OfHeap {
        @Label("Buffer")
        long buffer;

        @Label("Size")
        @DataAmount
        long size;

        @Label("Owner")
        @Description("Symbolic name of the bundle that stopped")
        String owner;

        @Label("Age")
        @Timespan(Timespan.MILLISECONDS)
        long age;

        @Label("Site")
        @Description("Where it was allocated, one frame a line; empty when that was not kept")
        String site;
    }

    @Name("org.cloister.BackendFailure")
    @Label("Backend failed")
    static final class BackendFailure extends OfHeap {
        @Label("Backend")
        String backend;

        @Label("Why")
        String why;
    }

    @Name("org.cloister.Quarantine")
    @Label("Memory quarantined")
    static final class Quarantine extends Trouble {}

    @Name("org.cloister.Lend")
    @Label("Memory lent")
    static final class Lend extends OfRange {}

    @Name("org.cloister.Reclaim")
    @Label("Memory reclaimed")
    static final class Reclaim extends OfRange {}

    @Name("org.cloister.Fault")
    @Label("Lending or reclaiming failed")
    static final class Fault extends Trouble {}
}
