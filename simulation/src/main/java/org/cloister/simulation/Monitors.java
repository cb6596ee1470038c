// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes sure that all threads that could leave a monitor by now are ready. Who waits for a monitor is woken by a thread of
 * the JDK, some time after the monitor was left. It takes those who wait batch by batch, so a thread of our own that
 * queues up behind them twice, and is woken twice, comes after all of them.
 *
 * <p>For one thread.
 */
final class Monitors {
    private final Object monitor = new Object();
    private final AtomicReference<Runnable> holder = new AtomicReference<>();
    private final AtomicReference<Runnable> waiter = new AtomicReference<>();

    Monitors() {
        VirtualThreads.on(holder::set).name("sentinel that holds").start(this::hold);
        VirtualThreads.on(waiter::set).name("sentinel that waits").start(this::await);
    }

    private void hold() {
        while (true) {
            synchronized (monitor) {
                Thread.yield();
            }
            Thread.yield();
        }
    }

    private void await() {
        while (true) {
            synchronized (monitor) {
                Thread.onSpinWait(); // it was our turn
            }
            Thread.yield();
        }
    }

    /** Returns when everybody who waited for a monitor that was left is ready. */
    void settle() {
        for (int round = 0; round < 2; round++) {
            run(holder);
            run(waiter);
            run(holder);
            while (waiter.get() == null) {
                Thread.onSpinWait();
            }
            run(waiter);
        }
    }

    private static void run(AtomicReference<Runnable> thread) {
        thread.getAndSet(null).run();
    }
}
