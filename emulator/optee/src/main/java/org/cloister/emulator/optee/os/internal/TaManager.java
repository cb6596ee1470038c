// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, enters and closes trusted applications. Who may enter which one when, is up to {@link Turns}.
 *
 * <p>Safe for use by the threads of the trusted OS. Applications are called without the lock.
 */
public final class TaManager {
    private static final int MAX_DEPTH = 4;
    private static final Logger LOG = LoggerFactory.getLogger(TaManager.class);

    private final Machine machine;
    private final ManagedMemory managed;
    private final TaStore store;
    private final RandomGenerator random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Turns turns = new Turns(lock);
    private final SessionList normal = new SessionList(); // guarded by lock
    private final List<TaContext> contexts = new ArrayList<>(); // guarded by lock

    /** Makes a manager that has no sessions. */
    public TaManager(Machine machine, ManagedMemory managed, TaStore store) {
        this.machine = machine;
        this.managed = managed;
        this.store = store;
        this.random = new LockedRandom(machine.random());
    }

    /**
     * What opening a session came to.
     *
     * @param verdict code and origin
     * @param session its number, zero when it was refused
     */
    record Opened(Verdict verdict, int session) {}

    /** The sessions of the normal world. */
    SessionList normalSessions() {
        return normal;
    }

    RandomGenerator random() {
        return random;
    }

    /** Opens a session; the operation stays the caller's to release. */
    Opened open(SecureThread thread, SessionList list, UUID uuid, ClientIdentity client, Operation operation) {
        ClientSession session;
        lock.lock();
        try {
            Optional<TaContext> known = contexts.stream()
                    .filter(context -> context.uuid().equals(uuid) && context.is(TaFlag.SINGLE_INSTANCE))
                    .findFirst();
            if (known.isPresent() && !known.get().is(TaFlag.MULTI_SESSION) && known.get().sessions > 0) {
                return new Opened(Verdict.tee(TeeCode.BUSY), 0);
            }
            Optional<TaContext> context = known.or(() -> store.find(uuid).map(this::load));
            if (context.isEmpty()) {
                return new Opened(Verdict.tee(TeeCode.ITEM_NOT_FOUND), 0);
            }
            context.get().sessions++;
            session = new ClientSession(list.nextId(), context.get(), client);
            session.owner = Optional.of(thread);
            list.add(session);
        } finally {
            lock.unlock();
        }
        Verdict verdict = enterOpen(thread, session, operation);
        if (verdict.code() != TeeCode.SUCCESS) {
            destroy(thread, list, session);
            return new Opened(verdict, 0);
        }
        turns.disown(thread, session);
        return new Opened(verdict, session.id());
    }

    private TaContext load(TrustedApplication application) {
        var context = new TaContext(application);
        contexts.add(context);
        return context;
    }

    private Verdict enterOpen(SecureThread thread, ClientSession session, Operation operation) {
        TaContext context = session.context();
        if (ParameterRules.takesWrongMemory(context, operation)) {
            return Verdict.tee(TeeCode.BAD_PARAMETERS);
        }
        if (!turns.setBusy(thread, context)) {
            return Verdict.tee(TeeCode.BUSY);
        }
        try {
            return enter(thread, session, operation, call -> {
                TaSession opened = context.instance(managed).open(call);
                session.session = Optional.of(opened);
                return TeeCode.SUCCESS;
            });
        } finally {
            turns.clearBusy(thread, context);
        }
    }

    /** Invokes a command; the operation stays the caller's to release. */
    Verdict invoke(SecureThread thread, SessionList list, int id, int command, Operation operation) {
        Optional<ClientSession> found = turns.own(thread, list, id);
        if (found.isEmpty()) {
            return Verdict.tee(TeeCode.BAD_PARAMETERS);
        }
        ClientSession session = found.get();
        TaContext context = session.context();
        try {
            if (ParameterRules.takesWrongMemory(context, operation)) {
                return Verdict.tee(TeeCode.BAD_PARAMETERS);
            }
            if (!turns.setBusy(thread, context)) {
                return Verdict.tee(TeeCode.BUSY);
            }
            try {
                return enter(thread, session, operation, call ->
                        session.session.orElseThrow().invoke(command, call));
            } finally {
                session.cancelled().set(false);
                turns.clearBusy(thread, context);
            }
        } finally {
            turns.disown(thread, session);
        }
    }

    /** What is done inside an application. */
    @FunctionalInterface
    private interface Entry {
        int run(CallView call);
    }

    private Verdict enter(SecureThread thread, ClientSession session, Operation operation, Entry entry) {
        TaContext context = session.context();
        if (context.isDead()) {
            return Verdict.tee(TeeCode.TARGET_DEAD);
        }
        if (thread.depth() >= MAX_DEPTH) {
            return Verdict.tee(TeeCode.OUT_OF_MEMORY);
        }
        int refusal = context.is(TaFlag.PSEUDO) ? ParameterRules.checkPseudo(session, operation) : TeeCode.SUCCESS;
        if (refusal != TeeCode.SUCCESS) {
            return Verdict.tee(refusal);
        }
        var call = new CallView(this, machine, thread, session, operation);
        thread.depth(thread.depth() + 1);
        try {
            return Verdict.application(entry.run(call));
        } catch (TaException e) {
            LOG.debug("{}: {}", context.name(), e.getMessage());
            return Verdict.application(e.code());
        } catch (PowerOff e) {
            throw e;
        } catch (RuntimeException | Error e) {
            LOG.warn("The trusted application {} panicked", context.name(), e);
            panic(thread, context);
            return Verdict.tee(TeeCode.TARGET_DEAD);
        } finally {
            thread.depth(thread.depth() - 1);
            call.end();
        }
    }

    /**
     * Closes a session.
     *
     * @return a GlobalPlatform code
     */
    int close(SecureThread thread, SessionList list, int id) {
        Optional<ClientSession> found = turns.own(thread, list, id);
        found.ifPresent(session -> destroy(thread, list, session));
        return found.isPresent() ? TeeCode.SUCCESS : TeeCode.ITEM_NOT_FOUND;
    }

    /**
     * Asks for what a session does to be cancelled.
     *
     * @return a GlobalPlatform code
     */
    int cancel(SessionList list, int id) {
        lock.lock();
        try {
            Optional<ClientSession> found = list.find(id).filter(session -> !session.closing);
            found.ifPresent(session -> session.cancelled().set(true));
            return found.isPresent() ? TeeCode.SUCCESS : TeeCode.BAD_PARAMETERS;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a session that {@code thread} has to itself, and the instance with it if it was the last. */
    private void destroy(SecureThread thread, SessionList list, ClientSession session) {
        TaContext context = session.context();
        if (session.session.isPresent() && !context.isDead() && turns.setBusy(thread, context)) {
            try {
                leave(context, () -> session.session.ifPresent(TaSession::close));
            } finally {
                turns.clearBusy(thread, context);
            }
        }
        Optional<TaInstance> last = Optional.empty();
        List<SecureThread> woken;
        lock.lock();
        try {
            session.session = Optional.empty();
            session.closing = true;
            list.remove(session);
            context.sessions--;
            boolean stays = context.is(TaFlag.SINGLE_INSTANCE) && context.is(TaFlag.KEEP_ALIVE) && !context.isDead();
            if (context.sessions == 0 && !stays) {
                contexts.remove(context);
                last = context.removeInstance();
            }
            woken = turns.drain();
        } finally {
            lock.unlock();
        }
        WaitQueue.wake(thread, woken);
        last.ifPresent(instance -> {
            closePeers(thread, context);
            leave(context, instance::destroy);
        });
    }

    private void closePeers(SecureThread thread, TaContext context) {
        List<ClientSession> open;
        lock.lock();
        try {
            open = context.peers.all();
        } finally {
            lock.unlock();
        }
        open.forEach(peer -> close(thread, context.peers, peer.id()));
    }

    private static void leave(TaContext context, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.warn("The trusted application {} failed on its way out", context.name(), e);
        }
    }

    private void panic(SecureThread thread, TaContext context) {
        lock.lock();
        try {
            context.die();
            contexts.remove(context);
        } finally {
            lock.unlock();
        }
        closePeers(thread, context);
    }

    /** Takes an application away: its instances are dead, and nothing of it is kept. */
    public void withdraw(TrustedApplication application) {
        List<Runnable> farewells = new ArrayList<>();
        lock.lock();
        try {
            for (TaContext context : List.copyOf(contexts)) {
                if (context.isOf(application)) {
                    abandon(context, farewells);
                }
            }
            forgetDead(normal);
            contexts.forEach(context -> forgetDead(context.peers));
        } finally {
            lock.unlock();
        }
        for (Runnable farewell : farewells) {
            try {
                farewell.run();
            } catch (RuntimeException e) {
                LOG.warn("A trusted application failed on its way out", e);
            }
        }
    }

    private void abandon(TaContext context, List<Runnable> farewells) {
        contexts.remove(context);
        boolean entered = context.busy;
        Optional<TaInstance> instance = context.removeInstance();
        context.die();
        if (!entered) {
            instance.ifPresent(orphan -> farewells.add(orphan::destroy));
        }
        for (ClientSession peer : context.peers.all()) {
            context.peers.remove(peer);
            peer.closing = true;
            peer.session.ifPresent(orphan -> farewells.add(orphan::close));
            peer.session = Optional.empty();
            TaContext other = peer.context();
            other.sessions--;
            if (other.sessions == 0 && !other.is(TaFlag.KEEP_ALIVE) && !other.isDead()) {
                abandon(other, farewells);
            }
        }
    }

    private static void forgetDead(SessionList list) {
        for (ClientSession session : list.all()) {
            if (session.context().isDead()) {
                session.session = Optional.empty();
            }
        }
    }

    /** All that is open, for reports. */
    public String describe() {
        lock.lock();
        try {
            var text = new StringBuilder();
            for (TaContext context : contexts) {
                text.append("%s sessions %d busy %b peers %d%n".formatted(
                        context.uuid(), context.sessions, context.busy, context.peers.all().size()));
            }
            for (ClientSession session : normal.all()) {
                text.append("session %d %s owned %b cancelled %b%n".formatted(session.id(),
                        session.context().uuid(), session.owner.isPresent(), session.cancelled().get()));
            }
            return text.toString();
        } finally {
            lock.unlock();
        }
    }
}
