// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.cloister.emulator.soc.ProgrammedRegion;

/** One run of one seed. */
final class Simulation {
    /** How long everybody may take to stop. */
    private static final Duration GRACE = Duration.ofHours(2);

    /**
     * What came of a run.
     *
     * @param seed of the run
     * @param steps how many there were, up to the first finding if there is one
     * @param violation the first promise that was broken, if any was
     * @param sum stands for the whole trace
     */
    record Outcome(long seed, long steps, Optional<Violation> violation, long sum) {}

    private final long seed;
    private final Scheduler scheduler;
    private final Trace trace;
    private final World world;

    private Simulation(long seed, Hooks hooks, Optional<Appendable> out) {
        this.seed = seed;
        scheduler = new Scheduler(seed);
        trace = new Trace(scheduler, out);
        world = new World(seed, scheduler, hooks, trace);
    }

    /**
     * Runs a seed.
     *
     * @param steps after which everybody is told to stop
     * @param out where the trace goes, if anywhere
     */
    static Outcome run(long seed, long steps, Hooks hooks, Optional<Appendable> out) {
        return new Simulation(seed, hooks, out).run(steps);
    }

    private Outcome run(long steps) {
        Thread boot = scheduler.start("boot", world::begin);
        try {
            while (boot.isAlive() && step()) {
                // until the board is on
            }
            while (world.steps() < steps && step()) {
                // the run itself
            }
            world.end();
            stop("everybody", world::isIdle);
            settle(); // what stopped bundles left is looked at
            Thread shutDown = scheduler.start("shut down", world::shutDown);
            stop("core", () -> !shutDown.isAlive());
            settle();
            left();
        } catch (Finished first) {
            // at the first finding
        } finally {
            Thread off = scheduler.start("off", world::close);
            while (off.isAlive() && scheduler.step()) {
                // until the board is off
            }
        }
        return new Outcome(seed, world.steps(), world.violations().stream().findFirst(), trace.sum());
    }

    /** A promise was broken, so that the run ends. */
    private static final class Finished extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Finished() {
            super(null, null, false, false);
        }
    }

    private boolean step() {
        boolean more = scheduler.step();
        world.look();
        if (!scheduler.failures().isEmpty()) {
            world.found(new Violation(5, scheduler.failures().getFirst()));
        }
        if (scheduler.foreign() > 0) {
            world.found(new Violation(10, "a timer of the machine has woken a thread of the simulation"));
        }
        if (!world.violations().isEmpty()) {
            throw new Finished();
        }
        return more;
    }

    private void stop(String who, BooleanSupplier stopped) {
        long limit = scheduler.nanos() + GRACE.toNanos();
        while (!stopped.getAsBoolean()) {
            if (scheduler.nanos() > limit || !step()) {
                world.found(new Violation(5, who + " did not stop within " + GRACE + ": somebody hangs"));
                throw new Finished();
            }
        }
    }

    /** Lets what is still to be done be done. */
    private void settle() {
        long end = scheduler.nanos() + Duration.ofMinutes(5).toNanos();
        while (scheduler.nanos() < end && step()) {
            // pools are destroyed, memory goes back
        }
    }

    /** At the end nothing is left but what firmware did not give back, and that was reported. */
    private void left() {
        if (!world.ledger().shown().isEmpty()) {
            world.found(new Violation(5, "everybody has stopped, and buffers are still in use by devices"));
        }
        if (Faults.mood(seed) == Faults.Mood.BROKEN) {
            return; // whoever lost an answer does not know what there is to report
        }
        for (ProgrammedRegion one : world.auditor().added()) {
            var range = new Range(one.region().base(), one.region().size());
            if (!world.ledger().isReported(range)) {
                world.found(new Violation(7, "everybody has stopped, and " + one.label() + " at " + range
                        + " is still there, of which nobody has said that it is quarantined"));
            }
        }
        for (Range taken : world.ledger().taken()) {
            boolean shared = taken.size() < BoardKind.CHUNK; // a driver's, which firmware may still use
            if (!world.ledger().isReported(taken) && (!shared || world.isCalm())) {
                world.found(new Violation(7, "everybody has stopped, and " + taken + " is still taken from the normal"
                        + " world, of which nobody has said that it is quarantined"));
            }
        }
    }
}
