// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Work that is done when a test says so, on the test's thread. */
final class QueuedExecutor implements Executor {
    private final Queue<Runnable> queue = new ArrayDeque<>(); // guarded by this

    @Override
    public synchronized void execute(Runnable action) {
        queue.add(action);
    }

    private synchronized Runnable next() {
        return queue.poll();
    }

    /** Does all there is to do, also what comes up meanwhile. */
    void runAll() {
        for (Runnable action = next(); action != null; action = next()) {
            action.run();
        }
    }
}
