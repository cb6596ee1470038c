// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all browsers how things stand, at regular intervals, as long as there are any. The state is read and written out
 * once for all; a browser that is slow misses states, and never holds others up or makes them pile up.
 *
 * <p>Safe for use by any thread.
 */
final class Feed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);

    /** How many browsers can listen at a time. */
    static final int MOST = 32;

    /**
     * A state, written out as a server-sent event.
     *
     * @param number counts them, from 1
     * @param text bytes, not to be changed
     */
    record Frame(long number, byte[] text) {}

    private final Supplier<String> state;
    private final Duration interval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Frame latest = new Frame(0, new byte[0]); // this and the following guarded by lock
    private int listeners;
    private boolean closed;

    /**
     * @param state reads how things stand, without a line break
     * @param interval between two states
     */
    Feed(Supplier<String> state, Duration interval) {
        this.state = state;
        this.interval = interval;
        Thread.ofVirtual().name("cloister-web-feed").start(this::run);
    }

    /** Somebody listens, if there are not too many: then {@link #leave} is due. */
    boolean enter() {
        lock.lock();
        try {
            if (closed || listeners == MOST) {
                return false;
            }
            listeners++;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            listeners--;
        } finally {
            lock.unlock();
        }
    }

    int listeners() {
        lock.lock();
        try {
            return listeners;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a state that is newer; empty when there is none any more. */
    Optional<Frame> next(long after) throws InterruptedException {
        lock.lock();
        try {
            while (!closed && latest.number() <= after) {
                changed.await();
            }
            return closed ? Optional.empty() : Optional.of(latest);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (awaitListeners()) {
                publish();
                pause();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitListeners() throws InterruptedException {
        lock.lock();
        try {
            while (!closed && listeners == 0) {
                changed.await();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void publish() {
        byte[] text;
        try {
            text = ("event: state\ndata: " + state.get() + "\n\n").getBytes(StandardCharsets.UTF_8);
        } catch (RuntimeException e) {
            LOG.warn("how things stand cannot be told right now", e);
            return;
        }
        lock.lock();
        try {
            latest = new Frame(latest.number() + 1, text);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void pause() throws InterruptedException {
        long left = interval.toNanos();
        lock.lock();
        try {
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends it for all. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
