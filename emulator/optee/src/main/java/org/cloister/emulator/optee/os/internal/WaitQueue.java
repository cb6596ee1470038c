// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads of the trusted OS that wait for something that a lock guards. A thread that waits goes back to the normal
 * world with a request to be woken by a notification, so that its processor is free meanwhile (OP-TEE: wait queues over
 * {@code OPTEE_RPC_CMD_NOTIFICATION}).
 *
 * <p>Guarded by the lock that each method is called with.
 */
final class WaitQueue {
    /** The first number of the notifications that stand for threads; those before are asynchronous ones. */
    static final int FIRST_THREAD_VALUE = 64;

    private final ReentrantLock lock;
    private final List<SecureThread> waiting = new ArrayList<>();

    WaitQueue(ReentrantLock lock) {
        this.lock = lock;
    }

    /** Lets go of the lock, waits, takes the lock again; the caller then looks whether what it waits for has come. */
    void await(SecureThread thread) {
        waiting.add(thread);
        lock.unlock();
        try {
            thread.rpc().awaitNotification(thread, FIRST_THREAD_VALUE + thread.id());
        } finally {
            lock.lock();
            waiting.remove(thread);
        }
    }

    /** Takes all who wait, for {@link #wake} to be called with once the lock is free. */
    List<SecureThread> drain() {
        List<SecureThread> woken = List.copyOf(waiting);
        waiting.clear();
        return woken;
    }

    /** Wakes threads, from {@code thread}, which holds no lock. */
    static void wake(SecureThread thread, List<SecureThread> woken) {
        for (SecureThread sleeper : woken) {
            thread.rpc().sendNotification(thread, FIRST_THREAD_VALUE + sleeper.id());
        }
    }
}
