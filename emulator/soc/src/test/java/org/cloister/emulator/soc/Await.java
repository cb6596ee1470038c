// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a condition with a deadline. */
public final class Await {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private Await() {
    }

    /** Returns when the condition holds; fails when it does not within a minute. */
    public static void until(String what, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > LIMIT_NANOS) {
                throw new AssertionError("waited in vain until " + what);
            }
            Thread.onSpinWait();
        }
    }
}
