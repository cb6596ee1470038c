// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/** What takes normal mode, or a GPU that is off, and is kept until there is one of them. For the driver's thread. */
final class NormalWork {
    private final BooleanSupplier possible;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean urgent;

    /**
     * Makes it, without work.
     *
     * @param possible tells whether it can be done now
     */
    NormalWork(BooleanSupplier possible) {
        this.possible = possible;
    }

    /** Keeps something, for which protected mode is left if it is {@code soon}. */
    void add(Runnable task, boolean soon) {
        urgent |= soon;
        tasks.add(task);
    }

    /** Whether protected mode is to be left for what is kept. */
    boolean isUrgent() {
        return urgent;
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** Does what can be done. */
    void run() {
        while (!tasks.isEmpty() && possible.getAsBoolean()) {
            tasks.remove().run();
        }
        urgent &= !tasks.isEmpty();
    }
}
