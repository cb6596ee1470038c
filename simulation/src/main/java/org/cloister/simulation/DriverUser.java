// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapException;

/**
 * How those spend a run who use a driver: they act and pause in turns, and whatever the driver promised them is over in
 * the end. For one thread of the simulation.
 */
final class DriverUser {
    private static final Duration END = Duration.ofMinutes(30);

    private final String name;
    private final World world;
    private final SplittableRandom random;
    private final List<Fence> promised = new ArrayList<>(); // those that were not signalled at the last look

    DriverUser(String name, World world, SplittableRandom random) {
        this.name = name;
        this.world = world;
        this.random = random;
    }

    /** Acts, and pauses for a while, until the run is over. What is refused is noted. */
    void act(Runnable action, int longestPauseMillis) {
        while (!world.isEnding()) {
            look();
            try {
                action.run();
            } catch (HeapException e) {
                world.trace().note(name + " refused " + e.error());
            }
            world.scheduler().pause(Duration.ofMillis(1 + random.nextInt(longestPauseMillis)).toNanos());
        }
    }

    /** The driver gave a fence, which is to be signalled. */
    void promised(Fence fence) {
        promised.add(fence);
    }

    /** How many fences were not signalled when this began to act. */
    int open() {
        return promised.size();
    }

    private boolean look() {
        promised.removeIf(Fence::isSignalled);
        return promised.isEmpty();
    }

    /** The driver has stopped: waits for what it promised. What is not over then is a finding. */
    void conclude() {
        for (long end = world.scheduler().nanos() + END.toNanos(); !look() && world.scheduler().nanos() < end;) {
            world.scheduler().pause(Duration.ofSeconds(1).toNanos());
        }
        promised.forEach(fence -> world.found(
                new Violation(5, "everybody has stopped, and nobody has signalled " + fence)));
    }
}
