// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.cloister.backend.amdtee.ring.internal.Pages;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.backend.amdtee.ring.internal.RingLimits;
import org.cloister.backend.amdtee.ring.internal.Waiter;
import org.cloister.emulator.optee.StandardApplications;
import org.cloister.emulator.psp.os.internal.CommandServer;
import org.cloister.emulator.psp.os.internal.Machine;
import org.cloister.emulator.psp.os.internal.SecureProcessor;
import org.cloister.emulator.psp.ta.internal.MemoryApplication;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.ProtectedRanges;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.conduit.PspRegister;
import org.cloister.platform.dt.AddressRange;
import org.cloister.pool.Tenancies;
import org.cloister.pool.Tenant;

/** A board with a secure processor, and the driver's side of it, without a framework. */
final class LaptopFixture implements AutoCloseable {
    static final RingLimits LIMITS = new RingLimits(
            Duration.ofSeconds(5), Duration.ofMillis(200), Duration.ofMillis(300), Duration.ZERO);

    private static final long STEP = 10_000_000;

    private final AtomicReference<Machine> machine = new AtomicReference<>();
    final PoweredSoc power = new SocBuilder(new BoardBuilder("test", "a board for tests").firewall("lab").cpu(1)
            .ram(0x4000_0000L, 64 << 20)
            .device("video-decoder", 0x1000_0000L, 0x1000, 40, 2)
            .device("psp", 0x1001_0000L, 0x1000, 41, 3)
            .root(root -> root.node("soc", soc -> soc.node("psp@10010000", psp -> psp.flag(BoardProperties.SECURE))))
            .defaultContiguousArea(32 << 20, new AddressRange(0x4000_0000L, 64 << 20))
            .firmware("psp", node -> node.strings("compatible", "cloister,psp")
                    .node("secure-video", use -> use.cells("cloister,use-case-id", 1)
                            .strings(BoardProperties.GRANTS, "video-decoder:rw")))
            .build())
            .firmware("psp", world -> {
                PhysicalMemory memory = world.memory("psp");
                Rights decoder = Rights.of(Map.of(world.soc().initiator("video-decoder"), Access.READ_WRITE));
                machine.set(new Machine(world.soc(), memory,
                        new ProtectedRanges(world, "psp", memory, Map.of(1, decoder), Duration.ofMillis(50))));
                return () -> { };
            }).boot();
    final ContiguousArea area = power.soc().contiguousAreas().getFirst();
    final PhysicalMemory cpu = power.soc().memory("cpu");
    final CommandServer server = new CommandServer(machine.get());
    final Disturbed device = new Disturbed(new SecureProcessor(2, machine.get(), server));
    final Waiter waiter = waiter();
    final PspRing ring = new PspRing(device, new Pages(cpu, area), LIMITS, waiter,
            new Tenant(new Tenancies(), cpu, PspRing.WHICH));
    final FirmwareFiles files = path -> Stream
            .of(new MemoryApplication(machine.get()), StandardApplications.contentDecryption())
            .filter(application -> path.equals("amdtee/" + application.uuid() + ".bin"))
            .map(CommandServer::file).findFirst();

    LaptopFixture() {
        server.add(new MemoryApplication(machine.get()));
        server.add(StandardApplications.contentDecryption());
    }

    /** Time passes while the device is disturbed only: a processor that a slow machine emulates is not a dead one. */
    private Waiter waiter() {
        var time = new AtomicLong();
        Waiter machine = Waiter.machine();
        return new Waiter() {
            @Override
            public long nanos() {
                return time.get();
            }

            @Override
            public void pause(int turn) {
                if (device.deaf || device.readPointer.isPresent()) {
                    time.addAndGet(STEP);
                }
                machine.pause(turn);
            }
        };
    }

    /** Registers whose bell can be made deaf, and which can be taken off the bus. */
    static final class Disturbed implements PspDevice {
        final SecureProcessor processor;
        volatile boolean deaf;
        volatile boolean gone;
        private volatile int bell;
        volatile Optional<Integer> readPointer = Optional.empty();

        Disturbed(SecureProcessor processor) {
            this.processor = processor;
        }

        @Override
        public int generation() {
            return processor.generation();
        }

        @Override
        public int read(PspRegister register) {
            if (gone) {
                return ABSENT;
            }
            return register == PspRegister.RING_READ && readPointer.isPresent()
                    ? readPointer.get() : processor.read(register);
        }

        /** The processor hears the bell after all. */
        void ringLate() {
            processor.write(PspRegister.RING_WRITE, bell);
        }

        @Override
        public void write(PspRegister register, int value) {
            if (deaf && register == PspRegister.RING_WRITE) {
                bell = value;
            } else if (!gone) {
                processor.write(register, value);
            }
        }
    }

    @Override
    public void close() {
        device.gone = false;
        ring.close();
        device.processor.close();
        power.close();
    }
}
