// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import org.cloister.emulator.soc.Fault;

/** What recordings of the JDK Flight Recorder tell of a blocked access; stable, see docs/events.md. */
@Name("org.cloister.Fault")
@Label("Access blocked")
@Category("Cloister")
final class FaultEvent extends Event {
    @Label("Initiator")
    String initiator;

    @Label("Address")
    @MemoryAddress
    long address;

    @Label("Length")
    @DataAmount
    long length;

    @Label("Access")
    String access;

    @Label("Region")
    String region;

    @Label("Reason")
    String reason;

    /** Writes a fault, if faults are recorded. */
    static void record(Fault fault) {
        var event = new FaultEvent();
        if (event.shouldCommit()) {
            event.initiator = fault.initiator().name();
            event.address = fault.address();
            event.length = fault.length();
            event.access = fault.access().name();
            event.region = fault.region();
            event.reason = fault.reason();
            event.commit();
        }
    }
}
