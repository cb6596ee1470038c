// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.cloister.emulator.devices.Panel.Clip;
import org.cloister.platform.Interrupts;

/** Interrupts that are heard late when it is wanted, as those of a CPU that is busy. Safe for use by any thread. */
final class HeldInterrupts implements Interrupts {
    private final Interrupts lines;
    private final Queue<Runnable> waiting = new ArrayDeque<>(); // guarded by this
    private boolean held; // guarded by this

    HeldInterrupts(Interrupts lines) {
        this.lines = lines;
    }

    @Override
    public Listening listen(int line, Executor executor, Runnable handler) {
        return lines.listen(line, heard -> deliver(() -> executor.execute(heard)), handler);
    }

    private synchronized void deliver(Runnable heard) {
        if (held) {
            waiting.add(heard);
        } else {
            heard.run();
        }
    }

    /** Nothing is heard from now on, until closed: then all is. */
    synchronized Clip hold() {
        held = true;
        return this::release;
    }

    private synchronized void release() {
        held = false;
        waiting.forEach(Runnable::run);
        waiting.clear();
    }
}
