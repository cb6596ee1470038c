// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.layout.OpteeMessage;

/**
 * Finds records of a wire trace that are cut short, as a disk that is full or a copy that was interrupted leaves them.
 * What a trace leaves out in all its records, such as answers, it does not have, and nothing is cut.
 */
final class WholeTrace {
    private static final int FFA_ANSWER = 8;
    private static final int SMC_ANSWER = 4;
    private static final int HEADER_WORDS = OpteeMessage.SIZE / Long.BYTES;
    private static final int COUNT_AT = (HEADER_WORDS - 1) * Long.BYTES; // with who gave the return code

    private WholeTrace() {}

    /**
     * Checks every record.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} with the line of the first call whose record is cut
     */
    static void check(String source, List<WireCall> calls) {
        boolean answers = calls.stream().anyMatch(call -> !call.answer().isEmpty());
        Set<Long> suspended = new HashSet<>(); // threads of the trusted OS with a message of the trace's
        for (WireCall call : calls) {
            if (answers && call.answer().isEmpty()) {
                throw Vector.unreadable(source, call.line(), "this call has no answer, and others have one");
            }
            int least = call.isFfa() ? FFA_ANSWER : SMC_ANSWER;
            if (answers && call.answer().size() < least) {
                throw Vector.unreadable(source, call.line(), "the answer to this call has %d registers, not at least %d"
                        .formatted(call.answer().size(), least));
            }
            checkMessage(source, call, call.before(), "before");
            checkMessage(source, call, call.after(), "after");
            boolean serving = !call.before().isEmpty() || isResumption(call) && suspended.remove(call.x(thread(call)));
            if (serving && isSuspended(call)) {
                suspended.add(call.answer().get(thread(call)));
            } else if (answers && serving && call.after().isEmpty()) {
                throw Vector.unreadable(source, call.line(), "the message after this call is missing");
            }
        }
    }

    private static void checkMessage(String source, WireCall call, SortedMap<Integer, Long> words, String when) {
        if (words.isEmpty()) {
            return;
        }
        int wanted = HEADER_WORDS;
        long count = words.getOrDefault(COUNT_AT, 0L) >>> Integer.SIZE;
        if (count <= OpteeMessage.MAX_PARAMS) { // with more, firmware and recorder look at the header only
            wanted = (int) (OpteeMessage.size((int) count) / Long.BYTES);
        }
        for (int i = 0; i < wanted; i++) {
            if (!words.containsKey(i * Long.BYTES)) {
                throw Vector.unreadable(source, call.line(),
                        "the message %s this call lacks the word at %x".formatted(when, i * Long.BYTES));
            }
        }
    }

    /** Whether the trusted OS goes on with the message later. */
    private static boolean isSuspended(WireCall call) {
        if (call.answer().isEmpty()) {
            return false;
        }
        if (!call.isFfa()) {
            return OpteeSmc.isRpc(call.answer().getFirst().intValue());
        }
        return FfaFunction.narrow(call.answer().getFirst().intValue()) == FfaFunction.DIRECT_RESPONSE
                && call.answer().get(3).intValue() == 0 && call.answer().get(4).intValue() != OpteeFfa.RETURN_DONE;
    }

    private static boolean isResumption(WireCall call) {
        return call.isFfa()
                ? FfaFunction.narrow(call.w(0)) == FfaFunction.DIRECT_REQUEST && call.w(3) == OpteeFfa.RESUME
                : call.w(0) == OpteeSmc.RETURN_FROM_RPC;
    }

    /** The register with the number of the thread, of a resumption and of the answer before it. */
    private static int thread(WireCall call) {
        return call.isFfa() ? 7 : 3;
    }
}
