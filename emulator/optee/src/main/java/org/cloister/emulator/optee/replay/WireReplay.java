// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * Replays a wire trace on one firmware, from its first call to its last. What the recording machine chose (addresses of
 * memory, handles, session ids) is mapped as a client would: to this machine's memory, to the handles and ids that this
 * firmware gave. All else is compared.
 */
final class WireReplay {
    private static final int FFA_ANSWER = 8;
    private static final int PAGE = 4096;
    // where words of a request are put behind those of the message, for comparison
    private static final int REQUEST = 1 << 16;

    private final FirmwareModel model;
    private final TraceReplay.Tally tally;
    private final SmcRegisters registers = new SmcRegisters();

    WireReplay(FirmwareModel model, TraceReplay.Tally tally) {
        this.model = model;
        this.tally = tally;
    }

    void replay(List<WireCall> calls) {
        try (FreshFirmware firmware = FreshFirmware.boot(model, false)) {
            var client = new WireClient(firmware.memory());
            for (WireCall call : calls) {
                replay(firmware, client, call);
            }
        }
    }

    private void replay(FreshFirmware firmware, WireClient client, WireCall call) {
        if (wasInterrupted(call)) {
            firmware.interrupt();
        }
        client.prepare(call, registers);
        String made = registers.toString();
        firmware.conduit().call(registers);
        client.learn(call, registers);

        List<Long> expected = client.mapAnswer(call);
        int count = expected.isEmpty() ? FFA_ANSWER : expected.size();
        SortedMap<Integer, Long> message = new TreeMap<>();
        SortedMap<Integer, Long> expectedMessage = client.mapMessageAfter(call);
        expectedMessage.keySet().forEach(offset -> message.put(offset, client.messageWord(offset)));
        call.request().forEach((offset, word) -> {
            expectedMessage.put(REQUEST + offset, word);
            message.put(REQUEST + offset, client.requestWord(offset));
        });
        boolean same = expected.isEmpty() || sameRegisters(expected) && message.equals(expectedMessage);
        tally.add(new ReplayedCall(Optional.empty(), call.line(), made,
                text(registersAsList(count), message),
                expected.isEmpty() ? Optional.empty() : Optional.of(text(expected, expectedMessage)), same));
    }

    /** An interrupt comes from outside, so that it is an input of the replay and not an answer to be found. */
    private static boolean wasInterrupted(WireCall call) {
        if (call.answer().size() < 4) {
            return false;
        }
        if (!call.isFfa()) {
            return call.answer().getFirst().intValue() == OpteeSmc.RPC_FOREIGN_INTERRUPT;
        }
        boolean yields = FfaFunction.narrow(call.w(0)) == FfaFunction.DIRECT_REQUEST
                && (call.w(3) & OpteeFfa.YIELDING) != 0;
        return yields && call.answer().size() > 4 && call.answer().get(3) == 0
                && call.answer().get(4) == OpteeFfa.RETURN_INTERRUPT;
    }

    private boolean sameRegisters(List<Long> expected) {
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) != registers.x(i)) {
                return false;
            }
        }
        return true;
    }

    private List<Long> registersAsList(int count) {
        return IntStream.range(0, count).mapToObj(registers::x).toList();
    }

    private static String text(List<Long> registers, SortedMap<Integer, Long> message) {
        String text = registers.stream().map(Long::toHexString).collect(Collectors.joining(" "));
        if (message.isEmpty()) {
            return text;
        }
        return text + " msg " + message.values().stream().map(Long::toHexString).collect(Collectors.joining(" "));
    }

    /** The bytes of a descriptor, from its words. */
    static MemorySegment bytes(SortedMap<Integer, Integer> words) {
        ByteBuffer bytes = ByteBuffer.allocate(PAGE + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        words.forEach(bytes::putInt);
        return MemorySegment.ofArray(bytes.array()).asSlice(0, PAGE);
    }
}
