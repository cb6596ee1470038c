// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.FirewallRegion;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;

/** A board whose RAM is cut up by firewall regions, all of which the CPU may read and write. */
final class RegionBoard implements AutoCloseable {
    static final long RAM = 0x8000_0000L;
    static final long SIZE = 64 << 20;

    private static final long PAGE = 4096;

    private final PoweredSoc power;

    /** Switches it on with so many regions, one of which is the background. */
    RegionBoard(int regions) {
        power = new SocBuilder(new BoardBuilder("bench", "a board to measure on").firewall("lab").ram(RAM, SIZE)
                .firmware("regions", node -> { }).build())
                .firmware("regions", world -> {
                    program(world, regions - 1);
                    return () -> { };
                }).boot();
        if (power.soc().firewall().regions().size() != regions) {
            throw new IllegalStateException("there are not " + regions + " regions");
        }
    }

    PhysicalMemory cpu() {
        return power.soc().memory(Initiator.CPU);
    }

    @Override
    public void close() {
        power.close();
    }

    private static void program(SecureWorld world, int regions) {
        Rights rights = Rights.of(Map.of(world.soc().initiator(Initiator.CPU), Access.READ_WRITE));
        long stride = SIZE / regions / PAGE * PAGE;
        List<FirewallRegion> all = IntStream.range(0, regions)
                .mapToObj(i -> FirewallRegion.foreground("region-" + i, RAM + i * stride, PAGE, rights)).toList();
        world.program(new FirewallUpdate(all, List.of()), Duration.ZERO);
    }
}
