// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import org.cloister.heap.HeapException;
import org.cloister.platform.Interrupts;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;

/** Finds out by which interface OP-TEE is to be reached: FF-A where it is behind that, else its own. */
public final class Probe {
    private final SmcConduit conduit;
    private final Pages pages;
    private final Machine machine;

    /**
     * What a probe has to know.
     *
     * @param processors how many there are
     * @param smc whether the device tree says that OP-TEE has its own interface
     * @param line the interrupt of OP-TEE's own interface, if the device tree names one
     * @param patience how long a call waits for a thread of OP-TEE's
     * @param time that waits go by
     * @param interrupts where notifications come from, if anywhere
     * @param executor where notifications are heeded
     * @param closed run when the last user has let go of the driver, if one is found
     */
    public record Machine(int processors, boolean smc, OptionalInt line, Duration patience, CallTime time,
            Optional<Interrupts> interrupts, Executor executor, Runnable closed) {
    }

    /** What was found. */
    public sealed interface Result {
        /** OP-TEE is there; the driver has one user, whoever gets this. */
        record Found(Driver driver) implements Result {}

        /** It is not, or not as it should be. */
        record Nothing(String why) implements Result {}
    }

    /** Prepares a probe. */
    public Probe(SmcConduit conduit, Pages pages, Machine machine) {
        this.conduit = conduit;
        this.pages = pages;
        this.machine = machine;
    }

    /** Looks. Firmware that answers what makes no sense is as good as none. */
    public Result probe() {
        String why;
        try {
            switch (new FfaProbe(new FfaCalls(conduit), pages, machine.processors).probe()) {
                case FfaProbe.Finding.Found found -> {
                    return new Result.Found(ffa(found.partner(), found.buffers()));
                }
                case FfaProbe.Finding.Nothing nothing -> why = nothing.why();
            }
        } catch (HeapException e) {
            return new Result.Nothing(e.getMessage());
        }
        if (!machine.smc) {
            return new Result.Nothing(why + ", and the device tree names no OP-TEE with an interface of its own");
        }
        try {
            return switch (new SmcProbe(conduit, machine.processors).probe()) {
                case SmcProbe.Finding.Found found -> new Result.Found(smc(found.partner()));
                case SmcProbe.Finding.Nothing nothing -> new Result.Nothing(why + ", and " + nothing.why());
            };
        } catch (HeapException e) {
            return new Result.Nothing(e.getMessage());
        }
    }

    private Driver ffa(FfaPartner partner, FfaBuffers buffers) {
        var requests = new Requests(pages, machine.time);
        var transport = new FfaTransport(new FfaCalls(conduit), partner, pages, buffers,
                new CallQueue(machine.patience, machine.time), requests);
        var messages = new Messages(transport, pages, (partner.capabilities() & OpteeFfa.CAP_ARG_OFFSET) != 0);
        var driver = new Driver(pages, transport, messages, new FfaLoans(transport, messages),
                new FfaNotifications(transport, messages), machine.closed);
        return listening(driver);
    }

    private Driver smc(SmcPartner partner) {
        var requests = new Requests(pages, machine.time);
        var transport = new SmcTransport(conduit, partner, pages, new CallQueue(machine.patience, machine.time), requests);
        var messages = new Messages(transport, pages, true);
        var driver = new Driver(pages, transport, messages, new SmcLoans(messages), new SmcNotifications(conduit,
                machine.line, partner.has(OpteeSmc.CAP_ASYNC_NOTIF), messages, requests.notifications()),
                machine.closed);
        return listening(driver);
    }

    private Driver listening(Driver driver) {
        boolean done = false;
        try {
            machine.interrupts.ifPresent(interrupts -> driver.listen(interrupts, machine.executor));
            done = true;
            return driver;
        } finally {
            if (!done) {
                driver.retire();
                driver.release();
            }
        }
    }
}
