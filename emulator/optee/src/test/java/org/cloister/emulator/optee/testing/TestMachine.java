// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.emulator.optee.internal.OpteeBinding;
import org.cloister.emulator.optee.internal.SocMachine;
import org.cloister.emulator.optee.internal.TrustedFirmware;
import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.ta.internal.BuiltIn;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.dt.NodeBuilder;

/**
 * A board with OP-TEE that is on, and the normal world of a test on it. Memory from {@link #RAM} on is normal, 1 GiB of
 * it; that from {@link #FREE} on is handed out by {@link #take}.
 */
public final class TestMachine implements AutoCloseable {
    /** Where normal memory begins. */
    public static final long RAM = 0x4000_0000L;
    /** Bytes of normal memory. */
    public static final long RAM_SIZE = 1L << 30;
    /** Where memory of the secure world is. */
    public static final long SECURE_RAM = 0x0e10_0000L;
    /** Where memory for messages of OP-TEE's own interface is. */
    public static final long RESERVED = 0x4200_0000L;
    /** Bytes of that memory. */
    public static final long RESERVED_SIZE = 0x0020_0000L;
    /** Where the static protected memory is. */
    public static final long STATIC = 0x5c00_0000L;
    /** Bytes of that memory. */
    public static final long STATIC_SIZE = 0x0100_0000L;
    /** Memory that is free for tests begins here. */
    public static final long FREE = 0x4400_0000L;
    /** Bytes of a page. */
    public static final int PAGE = 4096;
    /** Bytes of what can be lent at least. */
    public static final long MIB = 1 << 20;

    private static final String NAME = "optee";

    private final PoweredSoc power;
    private final TrustedFirmware firmware;
    private final SocMachine machine;
    private SmcConduit conduit;
    private final Wakeups wakeups = new Wakeups();
    private final AtomicLong next = new AtomicLong(FREE);

    private TestMachine(PoweredSoc power, TrustedFirmware firmware, SocMachine machine) {
        this.power = power;
        this.firmware = firmware;
        this.machine = machine;
        this.conduit = firmware;
    }

    /** OP-TEE behind FF-A, to which memory is lent. */
    public static Plan ffa() {
        return new Plan().node(node -> node.strings("compatible", OpteeBinding.FFA)
                .strings(OpteeBinding.PROTECTED_MEMORY, "dynamic"));
    }

    /** OP-TEE with its own interface, to which memory is lent. */
    public static Plan smc() {
        return new Plan().node(TestMachine::ownInterface).node(node -> node
                .strings(OpteeBinding.PROTECTED_MEMORY, "dynamic"));
    }

    /** OP-TEE with its own interface, and protected memory of its own. */
    public static Plan fixed() {
        return new Plan().node(TestMachine::ownInterface).node(node -> node
                .strings(OpteeBinding.PROTECTED_MEMORY, "static")
                .longs(OpteeBinding.STATIC_AREA, STATIC, STATIC_SIZE));
    }

    /** OP-TEE with its own interface, without protected memory. */
    public static Plan none() {
        return new Plan().node(TestMachine::ownInterface);
    }

    private static void ownInterface(NodeBuilder node) {
        node.strings("compatible", OpteeBinding.SMC).longs(OpteeBinding.RESERVED, RESERVED, RESERVED_SIZE);
    }

    /** What is to be booted. */
    public static final class Plan {
        private final List<Consumer<NodeBuilder>> content = new ArrayList<>();
        private Consumer<BoardBuilder> around = board -> { };
        private String firewall = "lab";
        private Duration patience = Duration.ZERO;
        private UnaryOperator<Machine> wrapper = UnaryOperator.identity();

        private Plan() {
        }

        /** Adds to the firmware's node. */
        public Plan node(Consumer<NodeBuilder> more) {
            content.add(more);
            return this;
        }

        /** Adds to the board. */
        public Plan board(Consumer<BoardBuilder> more) {
            around = more;
            return this;
        }

        /** Takes the rules of FF-A to the letter. */
        public Plan strict() {
            return node(node -> node.strings(OpteeBinding.PERSONALITY, "strict"));
        }

        /** Takes descriptors in fragments. */
        public Plan fragments() {
            return node(node -> node.flag(OpteeBinding.FRAGMENTS));
        }

        /** Has another number of threads. */
        public Plan threads(int count) {
            return node(node -> node.cells(OpteeBinding.THREADS, count));
        }

        /** Has another firewall. */
        public Plan firewall(String profile) {
            firewall = profile;
            return this;
        }

        /** Waits for those who use memory. */
        public Plan patience(Duration duration) {
            patience = duration;
            return this;
        }

        /** Puts something between the firmware and the board. */
        public Plan wrapped(UnaryOperator<Machine> around) {
            wrapper = around;
            return this;
        }

        /** Boots. */
        public TestMachine boot() {
            var board = new BoardBuilder("test", "a board of a test")
                    .firewall(firewall).cpu(1)
                    .ram(RAM, RAM_SIZE)
                    .secureRam(SECURE_RAM, 0x00f0_0000L)
                    .device("video-decoder", 0x0b00_0000L, 0x1000, 40, 2)
                    .device("display", 0x0b01_0000L, 0x1000, 41, 3)
                    .device("eth-dma", 0x0b02_0000L, 0x1000, 42, 4)
                    .firmware(NAME, this::describe);
            around.accept(board);
            List<TrustedFirmware> booted = new ArrayList<>();
            List<SocMachine> machines = new ArrayList<>();
            PoweredSoc power = new SocBuilder(board.build()).seed(1).firmware(NAME, world -> {
                OpteeBinding binding = OpteeBinding.read(world.soc(), NAME);
                var machine = new SocMachine(world, binding.rights(), patience);
                machines.add(machine);
                Machine seen = wrapper.apply(machine);
                booted.add(new TrustedFirmware(seen, binding.config(), BuiltIn.store(seen)));
                return booted.getFirst()::close;
            }).boot();
            return new TestMachine(power, booted.getFirst(), machines.getFirst());
        }

        private void describe(NodeBuilder node) {
            node.strings("method", "smc");
            content.forEach(more -> more.accept(node));
            node.node("secure-video", use -> use.cells(OpteeBinding.USE_CASE, 1)
                    .strings(BoardProperties.GRANTS, "video-decoder:rw", "display:r")
                    .longs(OpteeBinding.MINIMUM_SIZE, MIB).longs(OpteeBinding.ALIGNMENT, PAGE));
            node.node("trusted-ui", use -> use.cells(OpteeBinding.USE_CASE, 2)
                    .strings(BoardProperties.GRANTS, "display:r"));
        }
    }

    /** How the normal world calls the firmware. */
    public SmcConduit conduit() {
        return conduit;
    }

    /** Puts something between the normal world and the firmware; before the first call. */
    public void through(UnaryOperator<SmcConduit> around) {
        conduit = around.apply(firmware);
    }

    /** Calls the firmware with the function and the registers from x1 on. */
    public SmcRegisters call(int function, long... arguments) {
        var registers = new SmcRegisters().function(function);
        for (int i = 0; i < arguments.length; i++) {
            registers.set(i + 1, arguments[i]);
        }
        conduit.call(registers);
        return registers;
    }

    /** The firmware. */
    public TrustedFirmware firmware() {
        return firmware;
    }

    /** The machine under the firmware. */
    public SocMachine machine() {
        return machine;
    }

    /** The board. */
    public Soc soc() {
        return power.soc();
    }

    /** Memory as the processor of the normal world sees it. */
    public PhysicalMemory cpu() {
        return soc().memory(Initiator.CPU);
    }

    /** Memory as a device sees it. */
    public PhysicalMemory device(String initiator) {
        return soc().memory(initiator);
    }

    /** Everything that the firmware remembers, and what the firewall holds. */
    public String state() {
        return firmware.describe() + "\n" + soc().firewall().regions();
    }

    /** What clients tell each other. */
    Wakeups wakeups() {
        return wakeups;
    }

    /** Memory that nobody uses yet, at a multiple of what is taken if that is a power of two of at least a page. */
    public long take(long bytes) {
        long alignment = Math.max(PAGE, Long.highestOneBit(bytes));
        return next.updateAndGet(at -> (at + alignment - 1 & -alignment) + bytes) - bytes;
    }

    /** A page that nobody uses yet. */
    public long page() {
        return take(PAGE);
    }

    /** Puts bytes into memory. */
    public void write(long address, byte[] bytes) {
        cpu().write(address, MemorySegment.ofArray(bytes));
    }

    /** Gets bytes out of memory. */
    public byte[] read(long address, int size) {
        byte[] bytes = new byte[size];
        cpu().read(address, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** Adds a trusted application as a bundle would; false when its uuid is taken. */
    public boolean add(TrustedApplication application) {
        return firmware.add(application);
    }

    /** Takes a trusted application away as a bundle would. */
    public void remove(TrustedApplication application) {
        firmware.remove(application);
    }

    @Override
    public void close() {
        power.close();
    }
}
