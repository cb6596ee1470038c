// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;

/**
 * What devices of a simulation have in common: they go through memory page by page, over the bus and as their initiator,
 * and others run meanwhile. Where memory is theirs at all is for {@link Mappings} to say.
 */
final class Block {
    /** Bytes that one stamp stands for. */
    static final long PAGE = 4096;
    private static final int AT_A_TIME = 4;
    private static final int USUAL_MILLIS = 30;
    private static final int LATEST_MILLIS = 3000;

    private final PhysicalMemory memory;
    private final World world;
    private final Mappings mappings;
    private final SplittableRandom random;

    Block(PhysicalMemory memory, World world, Mappings mappings, SplittableRandom random) {
        this.memory = memory;
        this.world = world;
        this.mappings = mappings;
        this.random = random;
    }

    Initiator initiator() {
        return memory.initiator();
    }

    DmaLimits limits() {
        return new DmaLimits(40, 1, 64, 1L << 30);
    }

    World world() {
        return world;
    }

    /** One of so many ways. */
    int way(int ways) {
        return random.nextInt(ways);
    }

    /** A stamp that nobody else has. */
    long stamp() {
        return random.nextLong() | 1;
    }

    /** Does the next of what is queued, again and again until the run is over. Who queues wakes the thread. */
    void serve(Collection<?> queue, Runnable next) {
        while (!world.isOver()) {
            if (queue.isEmpty()) {
                LockSupport.park();
            } else {
                next.run();
            }
        }
    }

    /** Works, which takes a little time. */
    void labour() {
        world.scheduler().pause(Duration.ofMillis(1 + random.nextInt(USUAL_MILLIS)).toNanos());
    }

    /** Takes its time. */
    void dawdle() {
        world.scheduler().pause(Duration.ofMillis(1 + random.nextInt(LATEST_MILLIS)).toNanos());
    }

    /** Writes a stamp to each page. */
    void write(List<MemoryRange> ranges, long stamp) {
        walk(ranges, address -> memory.writeLong(address, stamp));
    }

    /** The stamp of all pages; empty, which is a finding, when they do not have the same. */
    OptionalLong read(List<MemoryRange> ranges) {
        var seen = new long[2]; // how many, and which
        walk(ranges, address -> {
            long stamp = memory.readLong(address);
            if (seen[0]++ == 0 || stamp == seen[1]) {
                seen[1] = stamp;
            } else {
                world.found(new Violation(5, "the %s reads 0x%x at 0x%x, and 0x%x before that".formatted(initiator(),
                        stamp, address, seen[1])));
            }
        });
        return seen[0] == 0 ? OptionalLong.empty() : OptionalLong.of(seen[1]);
    }

    private void walk(List<MemoryRange> ranges, LongConsumer step) {
        int pages = 0;
        for (MemoryRange range : ranges) {
            for (long at = range.address(); at < range.address() + range.length(); at += PAGE) {
                mappings.touched(initiator().name(), at, Long.BYTES);
                step.accept(at);
                if (++pages % AT_A_TIME == 0) {
                    world.scheduler().yield();
                }
            }
        }
    }
}
