// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;

/**
 * Follows the calls of FF-A and OP-TEE far enough to know which memory belongs to a call, and records it. Guarded by
 * the {@link RecordingConduit} it belongs to.
 */
final class TraceObserver {
    private final TraceLines lines;
    private final TraceMemory memory;
    private final FfaDescriptors descriptors;
    private final SharedLists lists;
    private final SampleInputs inputs = new SampleInputs();
    private final Map<Integer, TraceMessage> suspended = new HashMap<>();
    private Optional<TraceMessage> current = Optional.empty();

    TraceObserver(PhysicalMemory memory, TraceLines lines) {
        this.lines = lines;
        this.memory = new TraceMemory(memory);
        this.descriptors = new FfaDescriptors(this.memory, lines);
        this.lists = new SharedLists(this.memory, lines);
    }

    /** Records what a call needs in memory. */
    void before(SmcRegisters call) {
        current = Optional.empty();
        if (FfaFunction.isFfa(call.w(0))) {
            descriptors.before(call);
            if (isDirect(call) && call.w(3) == OpteeFfa.CALL_WITH_ARG) {
                begin(descriptors.memoryOf(call.pair(4, 5))
                        .map(pages -> new TraceMessage(pages, Integer.toUnsignedLong(call.w(6)))));
            } else if (isDirect(call) && call.w(3) == OpteeFfa.RESUME) {
                resume(call.w(7));
            }
            return;
        }
        switch (call.w(0)) {
            case OpteeSmc.CALL_WITH_ARG, OpteeSmc.CALL_WITH_RPC_ARG -> {
                long address = call.pair(2, 1);
                begin(Optional.of(new TraceMessage(
                        new long[] {address & -TraceMemory.PAGE}, address & TraceMemory.PAGE - 1)));
            }
            case OpteeSmc.CALL_WITH_REGD_ARG -> {
                long cookie = call.pair(2, 1);
                begin(lists.memoryOf(cookie).map(pages -> new TraceMessage(
                        pages, lists.offsetOf(cookie) + Integer.toUnsignedLong(call.w(3)))));
            }
            case OpteeSmc.RETURN_FROM_RPC -> resume(call.w(3));
            default -> { }
        }
    }

    private static boolean isDirect(SmcRegisters call) {
        return FfaFunction.narrow(call.w(0)) == FfaFunction.DIRECT_REQUEST;
    }

    private void begin(Optional<TraceMessage> message) {
        current = message;
        message.ifPresent(begun -> {
            MemorySegment sent = begun.read(memory);
            lists.before(sent);
            lines.words64("msg>", sent);
            if (inputs.isKnown(sent)) {
                lines.words64("in>", input(sent));
            }
        });
    }

    /** What the first parameter of a message refers to; nothing when that cannot be followed, or is long. */
    private MemorySegment input(MemorySegment message) {
        long at = OpteeMessage.paramAt(0, 0);
        long reference = OpteeParameter.reference(message, at);
        long size = OpteeParameter.size(message, at);
        if (size < 0 || size > TraceMemory.PAGE) {
            return MemorySegment.ofArray(new byte[0]);
        }
        return descriptors.memoryOf(reference)
                .map(pages -> memory.read(pages, OpteeParameter.sharedOffset(message, at), size))
                .or(() -> lists.memoryOf(reference).map(pages -> memory.read(
                        pages, lists.offsetOf(reference) + OpteeParameter.offset(message, at), size)))
                .orElseGet(() -> MemorySegment.ofArray(new byte[0]));
    }

    private void resume(int thread) {
        current = Optional.ofNullable(suspended.remove(thread));
        current.filter(TraceMessage::isRequesting)
                .ifPresent(message -> lines.words64("rpc>", message.readRequest(memory)));
    }

    /** Records what a call left in memory, and learns from its answer. */
    void after(SmcRegisters call, SmcRegisters answer) {
        if (FfaFunction.isFfa(call.w(0))) {
            descriptors.after(call, answer);
            afterFfa(answer);
        } else {
            afterSmc(answer);
        }
        current = Optional.empty();
    }

    private void afterFfa(SmcRegisters answer) {
        boolean answered = FfaFunction.narrow(answer.w(0)) == FfaFunction.DIRECT_RESPONSE && answer.w(3) == 0;
        boolean waits = answered && answer.w(4) != OpteeFfa.RETURN_DONE;
        settle(waits, waits && answer.w(4) == OpteeFfa.RETURN_RPC_CMD, answer.w(7));
    }

    private void afterSmc(SmcRegisters answer) {
        boolean waits = OpteeSmc.isRpc(answer.w(0));
        // a request whose message is in memory of its own cannot be followed
        boolean here = answer.w(0) == OpteeSmc.RPC_CMD && answer.pair(2, 1) == 0;
        settle(waits, waits && here, answer.w(3));
    }

    private void settle(boolean waits, boolean requests, int thread) {
        if (current.isEmpty()) {
            return;
        }
        TraceMessage message = current.get();
        if (waits) {
            message.requesting(requests);
            suspended.put(thread, message);
            if (requests) {
                lines.words64("rpc<", message.readRequest(memory));
            }
            return;
        }
        MemorySegment served = message.read(memory);
        lines.words64("msg<", served);
        lists.after(served);
        inputs.after(served);
    }
}
