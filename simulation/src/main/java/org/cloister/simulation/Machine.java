// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.driver.crypto.CryptoDriver;
import org.cloister.emulator.mtk.internal.MemoryApplication;
import org.cloister.emulator.mtk.internal.Numbering;
import org.cloister.emulator.optee.StandardApplications;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.emulator.optee.internal.OpteeBinding;
import org.cloister.emulator.optee.internal.SocMachine;
import org.cloister.emulator.optee.internal.TrustedFirmware;
import org.cloister.emulator.optee.ta.internal.BuiltIn;
import org.cloister.emulator.psp.os.internal.CommandServer;
import org.cloister.emulator.psp.os.internal.SecureProcessor;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.ProtectedRanges;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.RunningFirmware;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.emulator.soc.SocClock;
import org.cloister.heap.Access;
import org.cloister.heap.UseCase;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.conduit.PspRegister;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.layout.MtkCommand;

/** A board that is on, with its firmware. */
final class Machine implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long LOOK_NANOS = 1_000_000;

    private final World world;
    private final Faults faults;
    private final PoweredSoc power;
    private TrustedFirmware firmware;
    private PhysicalMemory truth;
    private Optional<Psp> psp = Optional.empty();
    private MemoryApplication application;

    /** AMD's secure processor: what outlives its power, and what does not. */
    private final class Psp {
        private final org.cloister.emulator.psp.os.internal.Machine board;
        private final List<TrustedApplication> applications;
        private SecureProcessor processor;

        Psp(SecureWorld secure) {
            PhysicalMemory memory = secure.memory("psp");
            board = new org.cloister.emulator.psp.os.internal.Machine(secure.soc(), memory,
                    new ProtectedRanges(secure, "psp", memory, rights(secure.soc()), PATIENCE));
            applications = List.of(new org.cloister.emulator.psp.ta.internal.MemoryApplication(board),
                    StandardApplications.contentDecryption());
            on();
        }

        void on() {
            var server = new CommandServer(board);
            applications.forEach(server::add);
            processor = new SecureProcessor(2, board, server, body -> world.scheduler().unstarted("psp", body));
        }

        Optional<byte[]> file(String path) {
            return applications.stream().filter(one -> path.equals("amdtee/" + one.uuid() + ".bin"))
                    .map(CommandServer::file).findFirst();
        }
    }

    Machine(World world, BoardKind kind, long seed, Faults faults) {
        this.world = world;
        this.faults = faults;
        Scheduler scheduler = world.scheduler();
        power = new SocBuilder(kind.board()).seed(seed).clock(new SocClock() {
            @Override
            public long nanos() {
                return scheduler.nanos();
            }

            @Override
            public void pause(int looks) {
                scheduler.pause(LOOK_NANOS);
            }
        }).firmware("optee", this::optee).firmware("psp", secure -> {
            psp = Optional.of(new Psp(troubled(secure)));
            return () -> { };
        }).boot();
    }

    private SecureWorld troubled(SecureWorld secure) {
        world.ledger().watch(secure.soc().firewall());
        return world.hooks().secureWorld(new FaultyWorld(secure, world.scheduler(), faults, world.ledger(),
                world.trace()),
                world.scheduler());
    }

    private RunningFirmware optee(SecureWorld secure) {
        OpteeBinding binding = OpteeBinding.read(secure.soc(), "optee");
        var machine = new SocMachine(troubled(secure), binding.rights(), PATIENCE);
        truth = secure.memory(Initiator.SECURE_CPU);
        firmware = new TrustedFirmware(machine, binding.config(), BuiltIn.store(machine));
        return firmware::close;
    }

    private static Map<Integer, Rights> rights(Soc soc) {
        var byId = new HashMap<Integer, Rights>();
        grants(soc).forEach((useCase, rights) -> byId.put(useCase.id(), rights));
        return byId;
    }

    /** What initiators of the normal world may do in lent memory, as the boards have it. */
    static Map<UseCase, Rights> grants(Soc soc) {
        Initiator display = soc.initiator("display");
        Initiator gpu = soc.initiator("gpu-protected");
        return Map.of(
                UseCase.SECURE_VIDEO, Rights.of(Map.of(soc.initiator("video-decoder"), Access.READ_WRITE,
                        gpu, Access.READ_WRITE, display, Access.READ)),
                UseCase.TRUSTED_UI, Rights.of(Map.of(gpu, Access.READ_WRITE, display, Access.READ)),
                CryptoDriver.KEYS, Rights.of(Map.of(soc.initiator("crypto"), Access.READ_WRITE)));
    }

    Soc soc() {
        return power.soc();
    }

    /** Memory as the secure world has it. */
    PhysicalMemory truth() {
        return truth;
    }

    /** To firmware, as hostile code has it. */
    SmcConduit surface() {
        return world.hooks().conduit(firmware, world.scheduler());
    }

    /** To firmware, as the normal world has it. */
    SmcConduit conduit() {
        return world.hooks().conduit(new FaultyConduit(firmware, soc().memory(Initiator.CPU), world.scheduler(), faults,
                world.trace(), world.ledger()), world.scheduler());
    }

    /** The registers of the secure processor, whichever is on. */
    PspDevice psp() {
        Psp board = psp.orElseThrow();
        return new PspDevice() {
            @Override
            public int generation() {
                return board.processor.generation();
            }

            @Override
            public int read(PspRegister register) {
                return board.processor.read(register);
            }

            @Override
            public void write(PspRegister register, int value) {
                world.trace().note("psp", register.ordinal(), value);
                if (faults.strike("psp")) {
                    world.scheduler().pause(Duration.ofMillis(1 + faults.way(3000)).toNanos());
                }
                board.processor.write(register, value);
                world.scheduler().yield();
            }
        };
    }

    FirmwareFiles files() {
        return psp.orElseThrow()::file;
    }

    /** The secure processor loses power, and has it again. */
    void restartPsp() {
        psp.ifPresent(board -> {
            board.processor.close();
            board.on();
        });
    }

    /** MediaTek's application is there; if it was there before, another instance that has forgotten all. */
    void installMtk() {
        if (psp.isEmpty()) {
            return; // another board
        }
        if (application != null) {
            firmware.remove(application);
        }
        application = new MemoryApplication(MtkCommand.APPLICATION, Numbering.CURRENT);
        firmware.add(application);
    }

    @Override
    public void close() {
        psp.ifPresent(board -> board.processor.close());
        power.close();
    }
}
