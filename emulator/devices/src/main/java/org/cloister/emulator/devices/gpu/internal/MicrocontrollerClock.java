// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.emulator.devices.GpuBench.Point;
import org.cloister.emulator.devices.Panel.Clip;

/** The clock of the microcontroller, which a test bench can stop: now, or at a point. Safe for use by any thread. */
final class MicrocontrollerClock {
    private final Runnable restart;
    private final Set<Stop> holding = ConcurrentHashMap.newKeySet();
    private final List<Stop> armed = new CopyOnWriteArrayList<>();

    /** Distinct even if two are alike. */
    private static final class Stop {
        private final Optional<Point> point; // none: where it was
        private final Runnable reached;

        private Stop(Optional<Point> point, Runnable reached) {
            this.point = point;
            this.reached = reached;
        }
    }

    /**
     * Makes a clock that runs.
     *
     * @param restart called when it may run again
     */
    MicrocontrollerClock(Runnable restart) {
        this.restart = restart;
    }

    boolean isRunning() {
        return holding.isEmpty();
    }

    /** Stops it now. */
    Clip stop() {
        Stop stop = new Stop(Optional.empty(), () -> { });
        holding.add(stop);
        return () -> release(stop);
    }

    /** Stops it at a point; {@code reached} is called by who comes to it. */
    Clip stopAt(Point point, Runnable reached) {
        Stop stop = new Stop(Optional.of(point), reached);
        armed.add(stop);
        return () -> {
            armed.remove(stop);
            release(stop);
        };
    }

    private void release(Stop stop) {
        if (holding.remove(stop)) {
            restart.run();
        }
    }

    /** The microcontroller is at a point; when a stop is there, it executes nothing more until that is released. */
    void at(Point point) {
        for (Stop stop : armed) {
            if (stop.point.filter(point::equals).isPresent()) {
                holding.add(stop); // first: whoever takes it off meanwhile finds it in one of the two
                if (armed.remove(stop)) {
                    stop.reached.run();
                } else {
                    holding.remove(stop);
                }
            }
        }
    }

    /** As after a reset: what held it holds it no longer, and what it did not come to is still there. */
    void reset() {
        holding.clear();
    }
}
