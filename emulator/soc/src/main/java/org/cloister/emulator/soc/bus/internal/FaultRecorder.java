// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.cloister.emulator.soc.Fault;
import org.cloister.emulator.soc.FaultLog;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.SocClock;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts all faults, keeps the latest, tells listeners.
 *
 * <p>Safe for use by any thread: the lock of this object guards counters and the kept faults; listeners are called
 * outside it.
 */
public final class FaultRecorder implements FaultLog {
    private static final Logger LOG = LoggerFactory.getLogger(FaultRecorder.class);

    private final int capacity;
    private final SocClock clock;
    private final Deque<Fault> kept = new ArrayDeque<>();
    private final Map<Initiator, Long> counts = new HashMap<>();
    private final List<Consumer<Fault>> listeners = new CopyOnWriteArrayList<>();
    private long count;

    /** Makes a recorder that keeps {@code capacity} faults. */
    public FaultRecorder(int capacity, SocClock clock) {
        this.capacity = capacity;
        this.clock = clock;
    }

    /** Records a fault and makes the exception for it. */
    BusFault record(Initiator initiator, long address, long length, Access access, String region, String reason) {
        Fault fault;
        synchronized (this) {
            count++;
            counts.merge(initiator, 1L, Long::sum);
            fault = new Fault(count, clock.nanos(), initiator, address, length, access, region, reason);
            if (kept.size() == capacity) {
                kept.removeFirst();
            }
            kept.addLast(fault);
        }
        for (Consumer<Fault> listener : listeners) {
            try {
                listener.accept(fault);
            } catch (RuntimeException failure) {
                LOG.warn("a fault listener failed on {}", fault, failure);
            }
        }
        return new BusFault(initiator, address, length, access, region, reason);
    }

    @Override
    public synchronized List<Fault> latest() {
        return List.copyOf(kept);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public synchronized long count() {
        return count;
    }

    @Override
    public synchronized long count(Initiator initiator) {
        return counts.getOrDefault(initiator, 0L);
    }

    @Override
    public Registration listen(Consumer<Fault> listener) {
        Consumer<Fault> own = listener::accept;
        listeners.add(own);
        return () -> listeners.remove(own);
    }
}
