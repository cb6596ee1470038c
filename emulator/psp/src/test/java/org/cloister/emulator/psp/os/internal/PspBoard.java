// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.emulator.optee.StandardApplications;
import org.cloister.emulator.psp.ta.internal.MemoryApplication;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.ProtectedRanges;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.UseCase;
import org.cloister.platform.PhysicalMemory;

/** A board with a secure processor, and what serves its commands. */
final class PspBoard implements AutoCloseable {
    static final long RAM = 0x4000_0000L;
    static final long SECRET = 0x4080_0000L;

    private final AtomicReference<Machine> booted = new AtomicReference<>();
    final PoweredSoc power = new SocBuilder(new BoardBuilder("test", "a board for tests").firewall("lab").cpu(1)
            .ram(RAM, 16 << 20)
            .device("psp", 0x1000_0000L, 0x1000, 40, 2)
            .root(root -> root.node("soc", soc -> soc.node("psp@10000000", psp -> psp.flag(BoardProperties.SECURE))))
            .carveOut("secret", SECRET, 1 << 20, UseCase.SECURE_VIDEO, "secure:rw")
            .firmware("psp", node -> { }).build())
            .firmware("psp", world -> {
                PhysicalMemory memory = world.memory("psp");
                booted.set(new Machine(world.soc(), memory, new ProtectedRanges(
                        world, "psp", memory, Map.of(1, Rights.NONE), Duration.ZERO)));
                return () -> { };
            }).boot();
    final PhysicalMemory cpu = power.soc().memory("cpu");
    final Machine machine = booted.get();
    final CommandServer server = new CommandServer(machine);

    PspBoard() {
        server.add(new MemoryApplication(machine));
        server.add(StandardApplications.contentDecryption());
    }

    @Override
    public void close() {
        power.close();
    }
}
