// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import org.cloister.backend.optee.abi.internal.CallTime;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.Pages;
import org.cloister.backend.optee.abi.internal.Probe;
import org.cloister.heap.HeapException;
import org.cloister.platform.Interrupts;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.dt.DeviceTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What came of looking for OP-TEE.
 *
 * @param driver reaches it, if it is there; has one user, whoever looked
 * @param catalogue the heaps that it serves, or why it serves none
 * @param regions how many firewall regions the device tree lets it use, if it tells
 */
record Discovery(Optional<Driver> driver, Catalogue catalogue, OptionalInt regions) {
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

    /**
     * The machine to look on.
     *
     * @param conduit calls firmware
     * @param pages normal memory
     * @param tree tells what firmware there should be
     * @param interrupts where notifications come from, if anywhere
     * @param executor where they are heeded
     * @param time that waits go by
     */
    record Surroundings(SmcConduit conduit, Pages pages, DeviceTree tree, Optional<Interrupts> interrupts,
            Executor executor, CallTime time) {}

    /**
     * Looks.
     *
     * @param patience how long a call waits for a thread of OP-TEE's
     * @param closed run when the last user has let go of the driver, if there is one
     */
    static Discovery look(Surroundings machine, Duration patience, Runnable closed) {
        Binding binding;
        try {
            binding = Binding.read(machine.tree);
        } catch (HeapException e) {
            return nothing(Binding.absent(machine.tree), e.getMessage());
        }
        var probe = new Probe(machine.conduit, machine.pages, new Probe.Machine(binding.processors(), binding.smc(),
                binding.line(), patience, machine.time, machine.interrupts, machine.executor, closed));
        return switch (probe.probe()) {
            case Probe.Result.Found found -> found(found.driver(), binding);
            case Probe.Result.Nothing nothing -> nothing(binding, nothing.why());
        };
    }

    private static Discovery nothing(Binding binding, String why) {
        LOG.warn("OP-TEE is not used: {}", why);
        return new Discovery(Optional.empty(), Catalogue.nothing(binding, why), binding.regions());
    }

    private static Discovery found(Driver driver, Binding binding) {
        boolean done = false;
        try {
            Catalogue catalogue = Catalogue.ask(driver, binding);
            driver.transport().settle();
            LOG.info("OP-TEE {} by {}: {}", driver.transport().osVersion(), driver.transport().name(), catalogue);
            done = true;
            return new Discovery(Optional.of(driver), catalogue, binding.regions());
        } finally {
            if (!done) {
                driver.retire();
                driver.release();
            }
        }
    }
}
