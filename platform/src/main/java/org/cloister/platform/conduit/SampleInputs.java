// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.cloister.platform.layout.ContentSample;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;

/**
 * Knows which parameters refer to memory that is no secret and decides the answer: key ids and descriptions of samples,
 * in sessions with the content decryption application. Guarded by the {@link RecordingConduit} it belongs to.
 */
final class SampleInputs {
    private final Set<Integer> sessions = new HashSet<>();

    /** Tells whether the first parameter of a message refers to such memory. */
    boolean isKnown(MemorySegment message) {
        if (OpteeMessage.checkedParamCount(message, 0, message.byteSize()) < 1
                || OpteeMessage.command(message, 0) != OpteeMessage.INVOKE_COMMAND
                || !sessions.contains(OpteeMessage.session(message, 0))) {
            return false;
        }
        return switch (OpteeMessage.function(message, 0)) {
            case ContentSample.SET_KEY, ContentSample.REMOVE_KEY, ContentSample.DECRYPT ->
                    OpteeParameter.type(message, OpteeMessage.paramAt(0, 0)) == OpteeParameter.RMEM_INPUT;
            default -> false;
        };
    }

    /** Learns from a message that was served. */
    void after(MemorySegment message) {
        if (OpteeMessage.checkedParamCount(message, 0, message.byteSize()) < 0
                || OpteeMessage.result(message, 0) != 0) {
            return;
        }
        switch (OpteeMessage.command(message, 0)) {
            case OpteeMessage.OPEN_SESSION -> {
                if (ContentSample.APPLICATION.equals(application(message))) {
                    sessions.add(OpteeMessage.session(message, 0));
                }
            }
            case OpteeMessage.CLOSE_SESSION -> sessions.remove(OpteeMessage.session(message, 0));
            default -> { }
        }
    }

    /** Its uuid is the first parameter of the message that opens the session. */
    private static UUID application(MemorySegment message) {
        if (OpteeMessage.paramCount(message, 0) < 1) {
            return new UUID(0, 0);
        }
        long at = OpteeMessage.paramAt(0, 0);
        return new UUID(Long.reverseBytes(OpteeParameter.a(message, at)),
                Long.reverseBytes(OpteeParameter.b(message, at)));
    }
}
