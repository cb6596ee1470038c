// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.cloister.emulator.soc.InterruptController;

/**
 * Interrupt lines. Safe for use by any thread: the lock of this object guards the lines; handlers are handed to their
 * executors outside it.
 */
final class InterruptLines implements InterruptController {
    private record Ear(Executor executor, Runnable handler) {
        void hear() {
            executor.execute(handler);
        }
    }

    private static final class Line {
        private final List<Ear> ears = new ArrayList<>();
        private long raised;
        private boolean pending;
    }

    private final Map<Integer, Line> lines = new HashMap<>();

    @Override
    public void raise(int line) {
        List<Ear> hearing;
        synchronized (this) {
            Line raised = line(line);
            raised.raised++;
            raised.pending = raised.ears.isEmpty();
            hearing = List.copyOf(raised.ears);
        }
        hearing.forEach(Ear::hear);
    }

    @Override
    public synchronized long raised(int line) {
        return line(line).raised;
    }

    @Override
    public Listening listen(int line, Executor executor, Runnable handler) {
        Ear ear = new Ear(Objects.requireNonNull(executor, "executor"), Objects.requireNonNull(handler, "handler"));
        boolean late;
        synchronized (this) {
            Line heard = line(line);
            heard.ears.add(ear);
            late = heard.pending;
            heard.pending = false;
        }
        if (late) {
            ear.hear();
        }
        return () -> forget(line, ear);
    }

    private synchronized void forget(int line, Ear ear) {
        line(line).ears.removeIf(other -> other == ear);
    }

    private Line line(int line) {
        if (line < 0) {
            throw new IllegalArgumentException("interrupt line " + line);
        }
        return lines.computeIfAbsent(line, number -> new Line());
    }
}
