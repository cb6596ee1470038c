// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Foreign code on platform threads, for it may hold one for long. Safe for use by any thread. */
final class MachineCalls implements ForeignCalls {
    @Override
    public boolean run(String name, Runnable call, long limitNanos) {
        var over = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).name(name).start(() -> {
            call.run();
            over.countDown();
        });
        boolean inTime = await(over, limitNanos);
        if (!inTime) {
            thread.interrupt();
        }
        return inTime;
    }

    private static boolean await(CountDownLatch over, long nanos) {
        long begin = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return over.await(nanos - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
