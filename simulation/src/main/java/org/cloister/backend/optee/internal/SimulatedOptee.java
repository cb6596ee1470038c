// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.optee.abi.internal.CallTime;
import org.cloister.backend.optee.abi.internal.Pages;
import org.cloister.backend.optee.tee.internal.OpteeTee;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.StaticRanges;
import org.cloister.simulation.Scheduler;
import org.cloister.tee.Tee;

/** OP-TEE's bundle, started: what its component makes, on the threads and the clock of a simulation. */
public final class SimulatedOptee implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IDLE = Duration.ofSeconds(2);

    private final Discovery discovery;
    private final OpteeBackend backend;
    private final Optional<OpteeTee> tee;

    /**
     * Starts it.
     *
     * @param conduit to firmware
     * @param area where memory is taken from
     * @param idle how many chunks a pool keeps
     */
    public SimulatedOptee(Scheduler scheduler, Soc soc, SmcConduit conduit, ContiguousArea area, PoolTimer timer,
            StaticRanges ranges, int idle) {
        discovery = Discovery.look(new Discovery.Surroundings(conduit, new Pages(soc.memory(Initiator.CPU), area),
                soc.deviceTree(), Optional.of(soc.interrupts()), work -> scheduler.start("optee-notify", work),
                time(scheduler)), PATIENCE, () -> { });
        var supplies = new OpteeBackend.Supplies(area, ranges, terms -> LendingPolicy
                .of(terms.minimumSize(), terms.alignment()).growingTo(4 * terms.minimumSize()).keeping(idle, IDLE), timer);
        OptionalInt regions = discovery.regions();
        backend = new OpteeBackend(discovery.driver(), discovery.catalogue(), supplies, new RegionLedger(regions));
        tee = discovery.driver().map(driver -> new OpteeTee(new OpteeTee.Wiring(OpteeBackend.ID, driver, backend::host,
                backend::isStatic, PATIENCE)));
    }

    private static CallTime time(Scheduler scheduler) {
        return new CallTime() {
            @Override
            public Instant now() {
                return Instant.EPOCH.plusNanos(scheduler.nanos());
            }

            @Override
            public long await(ReentrantLock lock, Condition condition, long nanos) throws InterruptedException {
                long begin = scheduler.nanos();
                scheduler.after(nanos, () -> scheduler.start("alarm", () -> {
                    lock.lock();
                    try {
                        condition.signalAll(); // those who wait for something else look again
                    } finally {
                        lock.unlock();
                    }
                }));
                condition.await();
                return nanos - (scheduler.nanos() - begin);
            }
        };
    }

    /** What it registers for core. */
    public HeapBackend backend() {
        return backend;
    }

    /** What it registers for clients, if OP-TEE is there, as MediaTek's bundle gets it. */
    public Optional<Tee> tee() {
        return tee.map(there -> there);
    }

    /** Stops it; pools go on until core destroys them. */
    @Override
    public void close() {
        tee.ifPresent(OpteeTee::close);
        discovery.driver().ifPresent(driver -> {
            driver.retire();
            driver.release();
        });
    }
}
