// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.tee;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.TeeSession;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What one bundle has opened through its {@link org.cloister.tee.Tee}, to be closed with it. Safe for use by any thread.
 */
@ProviderType
public final class Openings implements AutoCloseable {
    private final String tee;
    private final Set<TeeSession> sessions = ConcurrentHashMap.newKeySet();
    private final Set<SharedMemory> memories = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Nothing yet.
     *
     * @param tee what messages call the trusted OS
     */
    public Openings(String tee) {
        this.tee = tee;
    }

    /**
     * Makes sure that the bundle may still open something.
     *
     * @param what what it wants, for messages
     * @throws HeapException {@code CLOSED} once this is closed
     */
    public void requireOpen(String what) {
        if (closed) {
            throw new HeapException(HeapError.CLOSED, what, tee,
                    "the bundle that obtained this object has stopped or has given the service back",
                    "obtain the service again");
        }
    }

    /**
     * Keeps a session that was just opened.
     *
     * @param what for what, for messages
     * @return the session
     * @throws HeapException {@code CLOSED} when this was closed meanwhile; then the session is too
     */
    public TeeSession keep(String what, TeeSession session) {
        sessions.add(session);
        if (closed) {
            session.close();
            sessions.remove(session);
        }
        requireOpen(what);
        return session;
    }

    /**
     * Keeps memory that was just shared.
     *
     * @param what for what, for messages
     * @return the memory
     * @throws HeapException {@code CLOSED} when this was closed meanwhile; then the memory is too
     */
    public SharedMemory keep(String what, SharedMemory memory) {
        memories.add(memory);
        if (closed) {
            memory.close();
            memories.remove(memory);
        }
        requireOpen(what);
        return memory;
    }

    /** A session was closed. Does nothing when it is not kept. */
    public void forget(TeeSession session) {
        sessions.remove(session);
    }

    /** Memory was closed. Does nothing when it is not kept. */
    public void forget(SharedMemory memory) {
        memories.remove(memory);
    }

    /** Closes what the bundle has left open: sessions first, so that no call uses the memory. Idempotent. */
    @Override
    public void close() {
        closed = true;
        sessions.forEach(session -> {
            session.close();
            sessions.remove(session);
        });
        memories.forEach(memory -> {
            memory.close();
            memories.remove(memory);
        });
    }
}
