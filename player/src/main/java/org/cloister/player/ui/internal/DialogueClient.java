// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.ui.internal;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.TrustedDialogue;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;

/** Has the trusted-user-interface application of a trusted OS draw. For one thread. */
final class DialogueClient implements AutoCloseable {
    private final Tee tee;
    private final TeeSession session;

    private DialogueClient(Tee tee, TeeSession session) {
        this.tee = tee;
        this.session = session;
    }

    /**
     * Opens a session with the first trusted OS that has the application and knows the memory.
     *
     * @param trial a buffer of the heap that dialogues are to be drawn in
     * @throws HeapException {@code NOT_SUPPORTED} when there is none, and why
     */
    static DialogueClient open(List<Tee> tees, DmaBuf trial) {
        List<String> reasons = new ArrayList<>();
        for (Tee tee : tees) {
            try {
                tee.register(trial, Direction.OUTPUT).close();
                return new DialogueClient(tee, tee.open(TrustedDialogue.APPLICATION, Login.PUBLIC));
            } catch (HeapException e) {
                reasons.add("%s cannot draw in it: %s".formatted(tee.version().name(), e.why()));
            }
        }
        throw new HeapException(HeapError.NOT_SUPPORTED, "show a dialogue", "heap " + trial.record().heap(),
                reasons.isEmpty() ? "there is no trusted OS" : String.join("; ", reasons),
                "choose a board with a trusted OS that serves the heap, such as lab");
    }

    /** Who draws, for reports. */
    String by() {
        return "the trusted user interface application in " + tee.version().name();
    }

    /** Has a dialogue drawn. */
    void draw(String message, int width, int height, DmaBuf into) {
        MemorySegment text = MemorySegment.ofArray(message.getBytes(StandardCharsets.US_ASCII));
        try (SharedMemory picture = tee.register(into, Direction.OUTPUT)) {
            session.invoke(TrustedDialogue.DRAW,
                    new Param.Value(width, height, Direction.INPUT),
                    new Param.Temporary(text, Direction.INPUT),
                    new Param.Memory(picture, 0, (long) Integer.BYTES * width * height, Direction.OUTPUT))
                    .orElseThrow("draw a dialogue");
        }
    }

    /** Asks whether what was seen is what was drawn. */
    boolean verify(byte[] digest) {
        TeeResult result = session.invoke(TrustedDialogue.VERIFY,
                new Param.Temporary(MemorySegment.ofArray(digest), Direction.INPUT),
                new Param.Value(0, 0, Direction.OUTPUT)).orElseThrow("verify a dialogue");
        return result.value(1).a() == 1;
    }

    @Override
    public void close() {
        session.close();
    }
}
