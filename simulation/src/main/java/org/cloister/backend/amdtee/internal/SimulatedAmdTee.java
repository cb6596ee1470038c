// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.time.Duration;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.amdtee.ring.internal.Pages;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.backend.amdtee.ring.internal.RingLimits;
import org.cloister.backend.amdtee.ring.internal.Waiter;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.PoolTimer;
import org.cloister.pool.Tenancies;
import org.cloister.pool.Tenant;
import org.cloister.simulation.Scheduler;

/** The bundle of AMD's secure processor, started: what its component makes. */
public final class SimulatedAmdTee implements AutoCloseable {
    private static final RingLimits LIMITS = new RingLimits(Duration.ofSeconds(10), Duration.ofSeconds(10),
            Duration.ofSeconds(10), Duration.ofSeconds(1));
    private static final long CHUNK = 1 << 20;
    private static final long LOOK_NANOS = 1_000_000;

    private final Driver driver;
    private final AmdTeeBackend backend;

    /** Starts it. */
    public SimulatedAmdTee(Scheduler scheduler, Soc soc, PspDevice device, FirmwareFiles files, ContiguousArea area,
            PoolTimer timer, Tenancies tenancies) {
        var ring = new PspRing(device, new Pages(soc.memory(Initiator.CPU), area), LIMITS, new Waiter() {
            @Override
            public long nanos() {
                return scheduler.nanos();
            }

            @Override
            public void pause(int turn) {
                scheduler.pause(LOOK_NANOS * Math.min(turn + 1, 100));
            }
        }, new Tenant(tenancies, soc, PspRing.WHICH));
        var protector = new Protector(ring, files);
        driver = new Driver(ring, protector, new Withheld(protector, area), () -> { });
        backend = new AmdTeeBackend(driver, () -> true, soc.deviceTree(), area,
                LendingPolicy.of(CHUNK, Pages.SIZE).growingTo(4 * CHUNK).keeping(1, Duration.ofSeconds(2)), timer);
    }

    /** What it registers for core. */
    public HeapBackend backend() {
        return backend;
    }

    /** Stops it; pools go on until core destroys them. */
    @Override
    public void close() {
        driver.release();
    }
}
