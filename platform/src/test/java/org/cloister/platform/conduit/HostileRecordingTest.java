// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
import org.cloister.platform.layout.ContentSample;
import org.cloister.platform.layout.FfaReceiver;
import org.cloister.platform.layout.FfaTransactionWriter;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Calls and answers of random registers, over descriptors, messages and lists of pages that are right, nearly right, or
 * anything: the recorder never fails a call, changes neither memory nor registers, and writes lines of its format.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HostileRecordingTest {
    private static final int CALLS = 4_000;
    private static final int PAGE = 4096;
    private static final int PAGES = 16;
    private static final long BASE = 0x4000_0000L;
    private static final long HANDLE = 0x55;
    private static final long COOKIE = 0x77;
    private static final int OK_FFA = FfaFunction.SUCCESS;
    private static final List<Integer> FUNCTIONS = List.of(FfaFunction.VERSION, FfaFunction.RXTX_MAP,
            FfaFunction.RXTX_UNMAP, FfaFunction.MEM_SHARE, FfaFunction.MEM_LEND, FfaFunction.MEM_RECLAIM,
            FfaFunction.MEM_FRAG_TX, FfaFunction.DIRECT_REQUEST, FfaFunction.DIRECT_REQUEST, OpteeSmc.CALL_WITH_ARG,
            OpteeSmc.CALL_WITH_RPC_ARG, OpteeSmc.CALL_WITH_REGD_ARG, OpteeSmc.CALL_WITH_REGD_ARG,
            OpteeSmc.RETURN_FROM_RPC);

    static LongStream seeds() {
        Long chosen = Long.getLong("cloister.seed");
        return chosen == null ? LongStream.rangeClosed(1, 5) : LongStream.of(chosen);
    }

    private static String rerun(long seed) {
        return "seed %d; rerun: mvn -pl platform -am test -Dtest=HostileRecordingTest ".formatted(seed)
                + "-Dsurefire.failIfNoSpecifiedTests=false -Dcloister.seed=" + seed;
    }

    /** A few pages of RAM; there is nothing else. */
    private record Ram(byte[] bytes) implements PhysicalMemory {
        @Override
        public Initiator initiator() {
            return new Initiator(Initiator.CPU, 0, false);
        }

        private MemorySegment at(long address, long length, Access access) {
            if (address < BASE || length < 0 || length > bytes.length || address - BASE > bytes.length - length) {
                throw new BusFault(initiator(), address, length, access, "nothing", "nothing is there");
            }
            return MemorySegment.ofArray(bytes).asSlice(address - BASE, length);
        }

        @Override
        public byte readByte(long address) {
            return at(address, 1, Access.READ).get(ValueLayout.JAVA_BYTE, 0);
        }

        @Override
        public int readInt(long address) {
            return at(address, 4, Access.READ).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
        }

        @Override
        public long readLong(long address) {
            return at(address, 8, Access.READ).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        }

        @Override
        public void read(long address, MemorySegment into) {
            into.copyFrom(at(address, into.byteSize(), Access.READ));
        }

        @Override
        public void writeByte(long address, byte value) {
            throw new AssertionError("a recorder writes nothing");
        }

        @Override
        public void writeInt(long address, int value) {
            throw new AssertionError("a recorder writes nothing");
        }

        @Override
        public void writeLong(long address, long value) {
            throw new AssertionError("a recorder writes nothing");
        }

        @Override
        public void write(long address, MemorySegment from) {
            throw new AssertionError("a recorder writes nothing");
        }

        @Override
        public void fill(long address, long length, byte value) {
            throw new AssertionError("a recorder writes nothing");
        }

        @Override
        public Window open(long address, long length, Access access) {
            throw new AssertionError("a recorder reads what it needs");
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void callsGoThroughWhateverTheyReferTo(long seed) throws IOException {
        var run = new Run(new SplittableRandom(seed));
        try {
            run.all();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(rerun(seed), e);
        }
    }

    /** One firmware that answers anything, with a recorder before it. */
    private static final class Run {
        private final SplittableRandom random;
        private final Ram ram = new Ram(new byte[PAGES * PAGE]);
        private final MemorySegment memory = MemorySegment.ofArray(ram.bytes());
        private final StringWriter trace = new StringWriter();
        private final SmcRegisters answered = new SmcRegisters();
        private byte[] before = {};
        private int calls;

        Run(SplittableRandom random) {
            this.random = random;
        }

        void all() throws IOException {
            try (var recorder = new RecordingConduit(this::answer, ram, new BufferedWriter(trace))) {
                for (int i = 0; i < CALLS; i++) {
                    scatter();
                    SmcRegisters registers = registers();
                    before = ram.bytes().clone();
                    recorder.call(registers);
                    assertThat(registers).hasToString(answered.toString());
                    assertThat(Arrays.equals(ram.bytes(), before)).as("memory is as it was").isTrue();
                }
            }
            assertThat(calls).isEqualTo(CALLS);
            List<String> lines = trace.toString().lines().toList();
            assertThat(lines).allMatch(line -> line.startsWith("#")
                    || line.matches("(ffa|smc)[<>]( [0-9a-f]+)+")
                    || line.matches("(mem|list|msg>|msg<|rpc>|rpc<|in>) [0-9a-f]+:( [0-9a-f]+)*"));
            for (String word : List.of("mem ", "list ", "msg> ", "msg< ")) {
                assertThat(lines).as("some of these are right").anyMatch(line -> line.startsWith(word));
            }
        }

        private long address() {
            return random.nextInt(12) == 0 ? random.nextLong() : BASE + random.nextInt(PAGES) * (long) PAGE
                    + (random.nextInt(6) == 0 ? random.nextInt(PAGE) : 0);
        }

        private long number() {
            return switch (random.nextInt(6)) {
                case 0 -> random.nextLong();
                case 1 -> -1 - random.nextInt(PAGE);
                case 2 -> Long.MIN_VALUE + random.nextInt(PAGE);
                case 3 -> Long.MAX_VALUE - random.nextInt(PAGE);
                default -> random.nextInt(2 * PAGE);
            };
        }

        private int count() {
            return random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(4);
        }

        /** Each page becomes a descriptor, a message, a list of pages, or noise. */
        private void scatter() {
            int page = random.nextInt(PAGES);
            MemorySegment at = memory.asSlice((long) page * PAGE, PAGE);
            byte[] noise = new byte[PAGE];
            switch (random.nextInt(5)) {
                case 0 -> {
                    random.nextBytes(noise);
                    at.copyFrom(MemorySegment.ofArray(noise));
                }
                case 1 -> {
                    new FfaTransactionWriter().begin(at, 0, FfaVersion.V1_1, 0, 0x2f, 0, 0, 1)
                            .receiver(0x8001, FfaReceiver.READ_WRITE)
                            .range(address() & -PAGE, 1 + random.nextInt(3)).end();
                    if (random.nextInt(3) == 0) {
                        at.set(ValueLayout.JAVA_INT_UNALIGNED, random.nextInt(30) * 4L, random.nextInt());
                    }
                }
                case 2 -> {
                    for (int i = 0; i < PAGE; i += 8) {
                        at.set(ValueLayout.JAVA_LONG_UNALIGNED, i, address());
                    }
                }
                default -> message(at);
            }
        }

        private void message(MemorySegment at) {
            int[] commands = {OpteeMessage.OPEN_SESSION, OpteeMessage.INVOKE_COMMAND, OpteeMessage.INVOKE_COMMAND,
                OpteeMessage.CLOSE_SESSION, OpteeMessage.REGISTER_SHM, OpteeMessage.REGISTER_SHM,
                OpteeMessage.UNREGISTER_SHM, random.nextInt()};
            int command = commands[random.nextInt(commands.length)];
            OpteeMessage.write(at, 0, command, random.nextInt(4), random.nextInt(2), 0, count());
            for (int i = 0; i < 3; i++) {
                long place = OpteeMessage.paramAt(0, i);
                boolean list = command == OpteeMessage.REGISTER_SHM;
                int kind = list ? OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS
                        : random.nextInt(4) == 0 ? random.nextInt() : OpteeParameter.RMEM_INPUT;
                if (command == OpteeMessage.OPEN_SESSION) {
                    OpteeParameter.value(at, place, OpteeParameter.VALUE_INPUT | OpteeParameter.META,
                            Long.reverseBytes(ContentSample.APPLICATION.getMostSignificantBits()),
                            Long.reverseBytes(ContentSample.APPLICATION.getLeastSignificantBits()), 0);
                } else {
                    long reference = random.nextBoolean() ? HANDLE : COOKIE;
                    OpteeParameter.value(at, place, kind, list ? address() : number(), number(),
                            list ? COOKIE : reference);
                }
            }
        }

        private SmcRegisters registers() {
            var registers = new SmcRegisters();
            int function = random.nextInt(20) == 0 ? random.nextInt() : FUNCTIONS.get(random.nextInt(FUNCTIONS.size()));
            for (int i = 1; i < 8; i++) {
                registers.set(i, number());
            }
            registers.setW(0, function);
            switch (function) {
                case FfaFunction.VERSION -> registers.set(1, FfaVersion.V1_1.word());
                case FfaFunction.RXTX_MAP -> registers.set(1, address()).set(2, address()).set(3, count());
                case FfaFunction.MEM_SHARE, FfaFunction.MEM_LEND -> {
                    int length = random.nextInt(4) == 0 ? count() : 112;
                    registers.set(1, length).set(2, length).set(3, 0);
                }
                case FfaFunction.DIRECT_REQUEST -> {
                    registers.setW(3, random.nextBoolean() ? OpteeFfa.CALL_WITH_ARG : OpteeFfa.RESUME)
                            .setPair(4, 5, HANDLE).set(7, random.nextInt(2));
                    registers.set(6, random.nextInt(4) == 0 ? number() : 0);
                }
                case OpteeSmc.CALL_WITH_ARG, OpteeSmc.CALL_WITH_RPC_ARG -> registers.setPair(2, 1, address());
                case OpteeSmc.CALL_WITH_REGD_ARG -> {
                    registers.setPair(2, 1, COOKIE);
                    registers.set(3, random.nextInt(4) == 0 ? number() : 0);
                }
                case OpteeSmc.RETURN_FROM_RPC -> registers.set(3, random.nextInt(2));
                default -> { }
            }
            return registers;
        }

        private void answer(SmcRegisters registers) {
            calls++;
            boolean ffa = FfaFunction.isFfa(registers.w(0));
            boolean direct = FfaFunction.narrow(registers.w(0)) == FfaFunction.DIRECT_REQUEST;
            boolean version = registers.w(0) == FfaFunction.VERSION;
            for (int i = 0; i < 8; i++) {
                registers.set(i, random.nextInt(3) == 0 ? number() : 0);
            }
            if (direct) {
                registers.set(0, FfaFunction.DIRECT_RESPONSE).set(3, 0).set(7, random.nextInt(2));
                registers.set(4, random.nextBoolean() ? OpteeFfa.RETURN_DONE : OpteeFfa.RETURN_RPC_CMD);
            } else if (version) {
                registers.setW(0, FfaVersion.V1_1.word());
            } else if (ffa && random.nextInt(4) != 0) {
                registers.set(0, OK_FFA).setPair(2, 3, HANDLE);
            } else if (!ffa) {
                registers.setW(0, random.nextBoolean() ? 0 : OpteeSmc.RPC_CMD).set(3, random.nextInt(2));
                if (random.nextInt(3) != 0) {
                    registers.setPair(2, 1, 0);
                }
            }
            answered.copyFrom(registers);
        }
    }
}
