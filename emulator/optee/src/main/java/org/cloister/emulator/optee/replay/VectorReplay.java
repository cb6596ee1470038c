// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.SmcRegisters;

/** Replays vectors. Before the first of a group the firmware is probed as by a driver, see {@link DriverProbe}. */
final class VectorReplay {
    private static final long PAGES = FreshFirmware.RAM + 0x800_0000L;
    private static final int BUFFER = 4096;
    private static final int REGISTERS = 8;

    private final FirmwareModel model;
    private final TraceReplay.Tally tally;
    private final SmcRegisters registers = new SmcRegisters();
    private long kept;

    VectorReplay(FirmwareModel model, TraceReplay.Tally tally) {
        this.model = model;
        this.tally = tally;
    }

    void replay(List<Vector> vectors) {
        boolean fragments = vectors.stream().anyMatch(vector ->
                vector.group(1).equals("fshare") || vector.group(1).equals("flend"));
        int parts = fragments ? 2 : 1;
        int at = 0;
        while (at < vectors.size()) {
            String group = vectors.get(at).group(parts);
            int end = at;
            while (end < vectors.size() && vectors.get(end).group(parts).equals(group)) {
                end++;
            }
            replayGroup(vectors.subList(at, end), fragments);
            at = end;
        }
    }

    private void replayGroup(List<Vector> group, boolean fragments) {
        try (FreshFirmware firmware = FreshFirmware.boot(model, fragments)) {
            kept = 0;
            if (model == FirmwareModel.OPTEE_FFA) {
                new DriverProbe(firmware.conduit(), firmware.memory()).run();
            }
            for (Vector vector : group) {
                replay(firmware, vector, fragments);
            }
        }
    }

    private void replay(FreshFirmware firmware, Vector vector, boolean fragments) {
        fillTx(firmware.memory(), vector.tx());
        registers.clear();
        for (int i = 0; i < REGISTERS; i++) {
            registers.set(i, register(vector.call().get(i)));
        }
        String call = registers.toString();
        int function = registers.w(0);
        firmware.conduit().call(registers);
        var answer = new SmcRegisters().copyFrom(registers);
        boolean reclaim = keepHandle(function, answer) && !vector.keep();
        if (reclaim) {
            firmware.conduit().call(registers.function(FfaFunction.MEM_RECLAIM).setPair(1, 2, kept));
        }
        String rx = vector.rx().isEmpty() ? "" : readRx(firmware.memory(), vector.rx().length() / 2);
        report(vector, call, answer, reclaim ? Optional.of(registers) : Optional.empty(), rx, fragments);
    }

    /** Keeps the handle of an answer that has one; tells whether it is that of memory that can be reclaimed. */
    private boolean keepHandle(int function, SmcRegisters answer) {
        int call = FfaFunction.narrow(function);
        boolean sends = call == FfaFunction.MEM_SHARE || call == FfaFunction.MEM_LEND
                || call == FfaFunction.MEM_DONATE || call == FfaFunction.MEM_FRAG_TX;
        if (sends && answer.w(0) == FfaFunction.MEM_FRAG_RX) {
            kept = answer.pair(1, 2);
        } else if (sends && answer.w(0) == FfaFunction.SUCCESS) {
            kept = answer.pair(2, 3);
            return true;
        }
        return false;
    }

    private long register(String token) {
        return switch (token) {
            case "HL" -> kept & 0xFFFF_FFFFL;
            case "HH" -> kept >>> 32;
            default -> token.startsWith("P") ? page(token) : Long.parseUnsignedLong(token, 16);
        };
    }

    private static long page(String token) {
        return PAGES + Long.parseLong(token.substring(1)) * BUFFER;
    }

    private static void fillTx(PhysicalMemory memory, List<String> tokens) {
        if (tokens.isEmpty()) {
            return;
        }
        ByteBuffer content = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
        for (String token : tokens) {
            if (token.startsWith("P")) {
                content.putLong(page(token));
            } else {
                content.put(HexFormat.of().parseHex(token));
            }
        }
        memory.write(DriverProbe.TX, MemorySegment.ofArray(content.array()));
    }

    private static String readRx(PhysicalMemory memory, int length) {
        MemorySegment content = MemorySegment.ofArray(new byte[Math.min(length, BUFFER)]);
        memory.read(DriverProbe.RX, content);
        return HexFormat.of().formatHex(content.toArray(ValueLayout.JAVA_BYTE));
    }

    private void report(Vector vector, String call, SmcRegisters answer, Optional<SmcRegisters> reclaim, String rx,
            boolean fragments) {
        boolean same = sameAnswer(vector.answer(), answer, fragments)
                && (reclaim.isPresent()
                        ? sameAnswer(vector.reclaim(), reclaim.get(), fragments)
                        : vector.reclaim().isEmpty())
                && vector.rx().equals(rx);
        String given = join(narrow(answer), reclaim.map(VectorReplay::narrow).orElse(""), rx);
        String expected = join(String.join(" ", vector.answer()), String.join(" ", vector.reclaim()), vector.rx());
        tally.add(new ReplayedCall(Optional.of(vector.name()), vector.line(), call, given,
                vector.answer().isEmpty() ? Optional.empty() : Optional.of(expected),
                vector.answer().isEmpty() || same));
    }

    private static String join(String answer, String reclaim, String rx) {
        return answer + (reclaim.isEmpty() ? "" : " reclaim " + reclaim) + (rx.isEmpty() ? "" : " rx " + rx);
    }

    /**
     * Compares the low halves of all registers; of a manager that numbers handles its own way, what is not a handle.
     */
    private static boolean sameAnswer(List<String> expected, SmcRegisters answer, boolean fragments) {
        if (expected.size() != REGISTERS) {
            return false;
        }
        int function = (int) Long.parseUnsignedLong(expected.getFirst(), 16);
        return IntStream.range(0, REGISTERS)
                .filter(i -> !fragments || isNoHandle(function, i))
                .allMatch(i -> (int) Long.parseUnsignedLong(expected.get(i), 16) == answer.w(i));
    }

    private static boolean isNoHandle(int function, int register) {
        return register == 0
                || register == 2 && function == FfaFunction.ERROR
                || register == 3 && function == FfaFunction.MEM_FRAG_RX;
    }

    private static String narrow(SmcRegisters registers) {
        return IntStream.range(0, REGISTERS)
                .mapToObj(i -> Integer.toHexString(registers.w(i)))
                .collect(Collectors.joining(" "));
    }
}
