// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.Tenant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance of the memory application, as all that it holds for this backend reaches it.
 *
 * <p>Handles outlive sessions, and the application outlives the session too, unless the trusted OS was restarted. So
 * whenever a session is opened anew the application is asked for every handle; if it does not know one, or knows it as
 * something else, it is another application, and all memory of the former is lost: this object is dead, its pools fail,
 * and memory that was handed over is never given back, for nobody knows who guards it.
 *
 * <p>Safe for use by any thread: one lock guards everything that holders have, and is held while the application is
 * called, which takes one call at a time in any case.
 */
final class TaLink {
    private static final Logger LOG = LoggerFactory.getLogger(TaLink.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final TaSession session;
    private final Tenant tenant;
    private final MemoryTa ta;
    private final Consumer<String> onDeath;
    private final List<Holder> holders = new ArrayList<>(); // guarded by lock, as is the next
    private long serial;
    private volatile boolean dead; // written under lock
    private volatile Optional<String> tee = Optional.empty();

    /** Somebody for whom the application holds memory. Called in turn. */
    interface Holder {
        /**
         * Tells whether the application knows all that it should.
         *
         * @throws HeapException when it does not say
         */
        boolean isKnown(MemoryTa application);

        /** The application does not, so that all is lost. */
        void lost();
    }

    /**
     * Opens nothing yet.
     *
     * @param tenant this driver, among those that may have the application
     * @param onDeath told once, with the reason, that all is lost; must not wait for this object
     */
    TaLink(TaSession session, Tenant tenant, Consumer<String> onDeath) {
        this.session = session;
        this.tenant = tenant;
        this.ta = new MemoryTa(session);
        this.onDeath = onDeath;
    }

    /** Adds somebody for whom the application will hold memory. */
    void add(Holder holder) {
        inTurn(() -> holders.add(holder));
    }

    /** Tells whether the application was restarted, so that nothing here is good any more. */
    boolean isDead() {
        return dead;
    }

    /** The trusted OS that guards the memory. Where there are several, they are asked who has the application. */
    Optional<String> tee() {
        if (tee.isPresent()) {
            return tee;
        }
        List<String> candidates = session.candidates();
        if (candidates.size() <= 1) {
            return candidates.stream().findFirst();
        }
        String what = "find out which trusted OS guards the memory";
        try {
            return inTurn(what, () -> {
                connect(what);
                return tee;
            });
        } catch (HeapException e) {
            LOG.debug("None is known to guard the memory", e);
            return Optional.empty();
        }
    }

    /**
     * Does something alone.
     *
     * @throws HeapException {@code INTERRUPTED} when the thread was while it waited, and nothing was done
     */
    <T> T inTurn(String what, Supplier<T> step) {
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HeapException(HeapError.INTERRUPTED, what, MtkBackend.APPLICATION,
                    "the thread was interrupted while another was calling it", "try again", e);
        }
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /** The same for what has to be done in any case. */
    <T> T inTurn(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * In turn: makes sure that there is a session with an application that knows what it holds.
     *
     * @throws HeapException {@code FIRMWARE_DEAD} when it does not; {@code BUSY} while a former driver has buffers in it;
     *     {@code CLOSED} when this driver has ended; what {@link TaSession#ensure} throws
     */
    MemoryTa connect(String what) {
        requireAlive(what);
        tenant.enter(what);
        long now = session.ensure(what);
        if (now != serial) {
            if (!holders.stream().allMatch(holder -> holder.isKnown(ta))) {
                die(what);
            }
            serial = now;
            tee = session.tee();
        }
        return ta;
    }

    private void requireAlive(String what) {
        if (dead) {
            throw new HeapException(HeapError.FIRMWARE_DEAD, what, MtkBackend.APPLICATION,
                    "the trusted OS was restarted, and what was allocated before is lost",
                    "try again when those buffers are released");
        }
    }

    private void die(String what) {
        dead = true;
        holders.forEach(Holder::lost);
        onDeath.accept("the trusted OS was restarted, and does not know what it had allocated");
        requireAlive(what);
    }

    /** Ends the session. */
    void close() {
        inTurn(() -> {
            session.drop();
            return null;
        });
    }
}
