// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.emulator.optee.TaFlag;

/**
 * Who enters what, and who waits for it. One call at a time enters a session; one at a time enters an instance, unless
 * it is {@link TaFlag#CONCURRENT}; and all single instances together are entered by one thread at a time, which may
 * enter several, one from the other.
 *
 * <p>Safe for use by the threads of the trusted OS, which hold the lock for {@link #drain} only.
 */
final class Turns {
    private final ReentrantLock lock;
    private final WaitQueue changed;
    private Optional<SecureThread> singleOwner = Optional.empty(); // guarded by lock
    private int singleDepth; // guarded by lock

    /** Nobody is in anything; the lock is that of {@link TaManager}. */
    Turns(ReentrantLock lock) {
        this.lock = lock;
        this.changed = new WaitQueue(lock);
    }

    /** Waits until nobody has the session to himself, and takes it; empty when there is none, or none any more. */
    Optional<ClientSession> own(SecureThread thread, SessionList list, int id) {
        lock.lock();
        try {
            Optional<ClientSession> found = list.find(id);
            if (found.isEmpty()) {
                return found;
            }
            ClientSession session = found.get();
            while (session.owner.isPresent() && !session.closing) {
                changed.await(thread);
            }
            if (session.closing) {
                return Optional.empty();
            }
            session.owner = Optional.of(thread);
            return found;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what {@link #own} began. */
    void disown(SecureThread thread, ClientSession session) {
        List<SecureThread> woken;
        lock.lock();
        try {
            session.owner = Optional.empty();
            woken = changed.drain();
        } finally {
            lock.unlock();
        }
        WaitQueue.wake(thread, woken);
    }

    /** Waits until the instance can be entered; false when that would never be, as this thread is in it already. */
    boolean setBusy(SecureThread thread, TaContext context) {
        if (context.is(TaFlag.CONCURRENT)) {
            return true;
        }
        boolean single = context.is(TaFlag.SINGLE_INSTANCE);
        lock.lock();
        try {
            while (single && singleOwner.isPresent() && singleOwner.get() != thread) {
                changed.await(thread);
            }
            boolean inSingle = single || singleOwner.filter(owner -> owner == thread).isPresent();
            while (context.busy) {
                if (inSingle) {
                    return false;
                }
                changed.await(thread);
            }
            if (single) {
                singleOwner = Optional.of(thread);
                singleDepth++;
            }
            context.busy = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Ends what {@link #setBusy} began. */
    void clearBusy(SecureThread thread, TaContext context) {
        if (context.is(TaFlag.CONCURRENT)) {
            return;
        }
        List<SecureThread> woken;
        lock.lock();
        try {
            context.busy = false;
            if (context.is(TaFlag.SINGLE_INSTANCE)) {
                singleDepth--;
                if (singleDepth == 0) {
                    singleOwner = Optional.empty();
                }
            }
            woken = changed.drain();
        } finally {
            lock.unlock();
        }
        WaitQueue.wake(thread, woken);
    }

    /** Takes all who wait for something that has changed, for {@link WaitQueue#wake}. Called with the lock. */
    List<SecureThread> drain() {
        return changed.drain();
    }
}
