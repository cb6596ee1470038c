// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Replays recorded calls on emulated firmware. What it reads says the {@linkplain org.cloister.emulator.optee.replay
 * package}. For one thread.
 */
@ProviderType
public final class TraceReplay {
    private final FirmwareModel model;
    private final Consumer<ReplayedCall> listener;

    /**
     * Prepares replays.
     *
     * @param model the firmware that calls are fed to
     * @param listener hears of each call, in order
     */
    public TraceReplay(FirmwareModel model, Consumer<ReplayedCall> listener) {
        this.model = model;
        this.listener = listener;
    }

    /**
     * Replays a recording.
     *
     * @param source what messages call the recording, such as the name of its file
     * @param lines its lines
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when a line cannot be read, or none is a call;
     *     none is made then
     */
    public ReplayResult replay(String source, List<String> lines) {
        var tally = new Tally(listener);
        boolean vectors = lines.stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .findFirst()
                .filter(line -> line.indexOf('\t') >= 0)
                .isPresent();
        if (vectors) {
            new VectorReplay(model, tally).replay(Vector.readAll(source, lines));
        } else {
            List<WireCall> calls = WireTrace.read(source, lines);
            if (calls.isEmpty()) {
                throw Vector.unreadable(source, Math.max(1, lines.size()), "the file ends, and there was no call in it");
            }
            new WireReplay(model, tally).replay(calls);
        }
        return tally.result();
    }

    /** Counts calls on their way to the listener. */
    static final class Tally {
        private final Consumer<ReplayedCall> listener;
        private int calls;
        private int differences;

        Tally(Consumer<ReplayedCall> listener) {
            this.listener = listener;
        }

        void add(ReplayedCall call) {
            calls++;
            if (!call.same()) {
                differences++;
            }
            listener.accept(call);
        }

        ReplayResult result() {
            return new ReplayResult(calls, differences);
        }
    }
}
