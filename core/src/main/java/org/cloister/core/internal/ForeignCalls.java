// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

/** Where foreign code runs that core waits for, but not for ever: threads of the machine, or those of a simulation. */
interface ForeignCalls {
    /**
     * Runs {@code call} on a thread that nobody else uses meanwhile, and waits for its end. An interrupt of the caller
     * does not cut the wait short, and is kept.
     *
     * @param name of the thread meanwhile
     * @param call throws nothing
     * @param limitNanos after which the call is interrupted and left alone
     * @return whether it ended in time
     */
    boolean run(String name, Runnable call, long limitNanos);

    /** Threads of the machine. */
    static ForeignCalls machine() {
        return new MachineCalls();
    }
}
