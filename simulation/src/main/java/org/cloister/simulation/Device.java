// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.cloister.core.internal.SimulatedCore;
import org.cloister.heap.Access;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Importer;
import org.cloister.importer.Invalidation;
import org.cloister.platform.PhysicalMemory;

/**
 * A device with its driver: it uses what it was shown until it was told to stop, and takes its time for that. Reads and
 * writes go over the bus, as its initiator.
 */
final class Device implements Importer {
    private final PhysicalMemory memory;
    private final Scheduler scheduler;
    private final SplittableRandom random;
    private final Ledger ledger;
    private final Trace trace;
    private final Map<Long, Integer> told = new HashMap<>(); // how often, by buffer
    private final Set<Long> lost = new HashSet<>();

    Device(PhysicalMemory memory, Scheduler scheduler, SplittableRandom random, Ledger ledger, Trace trace) {
        this.memory = memory;
        this.scheduler = scheduler;
        this.random = random;
        this.ledger = ledger;
        this.trace = trace;
    }

    @Override
    public String name() {
        return memory.initiator().name();
    }

    @Override
    public String initiator() {
        return memory.initiator().name();
    }

    @Override
    public Constraints constraints() {
        return Constraints.builder().maxSegments(64).access(Access.READ_WRITE).build();
    }

    /** Over the bus, as this device. */
    PhysicalMemory memory() {
        return memory;
    }

    /** Whether it was told that a buffer is revoked. */
    boolean lost(long buffer) {
        return lost.contains(buffer);
    }

    /** How often this device was told to stop using a buffer. */
    int told(long buffer) {
        return told.getOrDefault(buffer, 0);
    }

    @Override
    public void invalidated(Attachment attachment, Invalidation reason) {
        long buffer = attachment.bufferId();
        trace.note("told " + name() + " " + reason, buffer);
        told.merge(buffer, 1, Integer::sum);
        if (reason == Invalidation.REVOKED) {
            lost.add(buffer);
        }
        switch (random.nextInt(32)) {
            case 0 -> {
                // too slow: core goes on without us, which is the configured limit
                scheduler.after(SimulatedCore.INVALIDATE_LIMIT.toNanos() - 1, () -> ledger.forget(buffer));
                scheduler.pause(SimulatedCore.INVALIDATE_LIMIT.plusSeconds(random.nextInt(20)).toNanos());
            }
            case 1, 2, 3, 4 -> scheduler.pause(Duration.ofMillis(random.nextInt(5000)).toNanos());
            default -> scheduler.yield();
        }
        ledger.forget(buffer);
    }
}
