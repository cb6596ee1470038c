// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaPartition;
import org.cloister.platform.layout.FfaVersion;
import org.cloister.platform.layout.OpteeMessage;

/**
 * Firmware that has learnt one conversation by heart: the recording of what Linux said and real firmware answered. Each
 * call must be the next of the recording, but for addresses and cookies, which are learnt as they first appear; so must
 * the memory transaction that is sent and the message that is passed.
 */
final class GoldenConduit implements SmcConduit {
    private static final UUID OPTEE = UUID.fromString("486178e0-e7f8-11e3-bc5e-0002a5d5c51b");
    private static final int LIST_HANDLE = 0x58;
    private static final int RECEIVER = 0x28001;
    private static final long SMALL = 0x1000_0000L;

    private final PhysicalMemory memory;
    private final List<String> lines;
    private final Map<Long, Long> recordedToOurs = new HashMap<>();
    private final Map<Long, Long> handles = new HashMap<>(); // handle or cookie to address
    private int next;
    private long tx;
    private long rx;
    private long message;

    GoldenConduit(PhysicalMemory memory, String resource) throws IOException {
        this.memory = memory;
        try (var in = GoldenConduit.class.getResourceAsStream("/org/cloister/emulator/optee/replay/" + resource)) {
            lines = new ArrayList<>(new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines()
                    .map(line -> line.replaceFirst("^(optee: |ARM FF-A: )?WT ", "")).toList());
        }
    }

    /** Passes over steps of the recorder's, which must be next. */
    void steps(String... begin) {
        for (String begins : begin) {
            take("STEP " + begins);
        }
    }

    /** Passes over what another driver said, up to and with a step of the recorder's. */
    void skipTo(String step) {
        while (!peek().startsWith("STEP " + step)) {
            assertThat(next).as("lines until %s", step).isLessThan(lines.size());
            next++;
        }
        next++;
    }

    /** What comes next in the recording. */
    String peek() {
        return next < lines.size() ? lines.get(next) : "the end";
    }

    private String take(String prefix) {
        String line = peek();
        assertThat(line).as("line %d", next + 1).startsWith(prefix);
        next++;
        return line.substring(prefix.length()).strip();
    }

    private static long[] numbers(String line) {
        String[] words = line.split(" +");
        long[] numbers = new long[words.length];
        for (int i = 0; i < words.length; i++) {
            numbers[i] = Long.parseUnsignedLong(words[i], 16);
        }
        return numbers;
    }

    @Override
    public void call(SmcRegisters r) {
        String abi = r.w(0) >>> 24 == 0x84 || r.w(0) >>> 24 == 0xC4 ? "ffa" : "smc";
        int function = FfaFunction.narrow(r.w(0));
        if (function == FfaFunction.MEM_SHARE && abi.equals("ffa") || function == FfaFunction.MEM_LEND) {
            transaction(r);
        }
        if (peek().startsWith("msg>")) {
            passed(r, abi);
        }
        long[] asked = numbers(take(abi + ">"));
        for (int i = 0; i < asked.length; i++) {
            boolean address = function == FfaFunction.RXTX_MAP && (i == 1 || i == 2)
                    || r.w(0) == OpteeSmc.CALL_WITH_RPC_ARG && i == 2;
            boolean cookie = r.w(0) == OpteeSmc.CALL_WITH_REGD_ARG && (i == 1 || i == 2);
            if (!cookie) {
                same("register %d of %s".formatted(i, r), asked[i], r.x(i), address);
            }
        }
        if (function == FfaFunction.RXTX_MAP && abi.equals("ffa")) {
            tx = r.x(1);
            rx = r.x(2);
        }
        boolean describes = function == FfaFunction.PARTITION_INFO_GET && asked[5] == 0;
        long[] answer = numbers(take(abi + "<"));
        for (int i = 0; i < answer.length; i++) {
            r.set(i, answer[i]);
        }
        if (describes) {
            describe();
        }
        if (function == FfaFunction.MEM_SHARE && abi.equals("ffa")) {
            handles.put(r.pair(2, 3), memory.readLong(tx + 0x60));
        }
        if (peek().startsWith("msg<")) {
            answered();
        }
    }

    /** The one partition, which the recording does not show. */
    private void describe() {
        MemorySegment entry = MemorySegment.ofArray(new byte[FfaPartition.SIZE]);
        FfaPartition.write(entry, 0, FfaVersion.V1_2, 0x8001, 1, FfaPartition.RECEIVES_DIRECT, OPTEE);
        memory.write(rx, entry);
    }

    private void transaction(SmcRegisters r) {
        String header = peek();
        assertThat(header).isEqualTo("mem-desc func %x len %d".formatted(r.w(0), r.w(1)));
        next++;
        for (long offset = 0; offset < r.w(1); offset += 16) {
            String line = take("mem %08x:".formatted(offset));
            long[] words = numbers(line);
            for (int i = 0; i < words.length; i++) {
                long ours = Integer.toUnsignedLong(memory.readInt(tx + offset + 4L * i));
                same("transaction at 0x%x".formatted(offset + 4L * i), words[i], ours, offset == 0x60 && i == 0);
            }
        }
    }

    private void passed(SmcRegisters r, String abi) {
        if (abi.equals("ffa")) {
            message = handles.get(r.pair(4, 5)) + r.w(6);
        } else if (r.w(0) == OpteeSmc.CALL_WITH_RPC_ARG) {
            message = r.pair(2, 1);
        } else {
            message = r.pair(2, 1) + r.w(3); // this driver's cookies are addresses
        }
        assertThat(abi.equals("smc") || r.w(3) == OpteeFfa.CALL_WITH_ARG).isTrue();
        int params = memory.readInt(message + 28);
        for (long offset = 0; offset < 32 + 32L * params; offset += 16) {
            long[] words = numbers(take("msg> %08x:".formatted(offset)));
            for (int i = 0; i < words.length; i++) {
                same("message at 0x%x".formatted(offset + 8L * i), words[i], memory.readLong(message + offset + 8L * i),
                        true);
            }
        }
    }

    private void answered() {
        for (long offset = 0; peek().startsWith("msg<"); offset += 16) {
            long[] words = numbers(take("msg< %08x:".formatted(offset)));
            for (int i = 0; i < words.length; i++) {
                long ours = recordedToOurs.getOrDefault(words[i], words[i]);
                memory.writeLong(message + offset + 8L * i, ours);
            }
        }
        Long list = handles.get(memory.readLong(message + LIST_HANDLE));
        if (memory.readInt(message) == OpteeMessage.GET_PROTMEM_CONFIG && list != null) {
            memory.writeInt(list, RECEIVER); // the recording shows what it was later used for
        }
    }

    /** Numbers must be the same; those that are addresses or cookies must be so each time they appear. */
    private void same(String what, long recorded, long ours, boolean address) {
        boolean learns = address && Long.compareUnsigned(recorded, SMALL) >= 0 && recorded != -1
                && !handles.containsKey(recorded) && recorded >>> 32 != 0xFFFF_0010L;
        if (learns && recorded >>> 48 == 0xFFFF || learns && recorded >>> 32 == 0) {
            assertThat(recordedToOurs.computeIfAbsent(recorded, first -> ours)).as("%s, line %d: 0x%x", what, next,
                    recorded).isEqualTo(ours);
            return;
        }
        assertThat(ours).as("%s, line %d", what, next).isEqualTo(recorded);
    }

    /** The recording was gone through. */
    void finished() {
        assertThat(peek()).isEqualTo("STEP done");
    }
}
