// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects backends, asks for their offers, and disconnects them. Each backend is called under its candidate's monitor,
 * so that the offers asked for last are those that count, and nothing is asked after {@code disconnected}. The monitor
 * comes before the lock of {@link Elections}.
 */
final class Backends {
    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

    private final Elections elections;
    private final Guard guard;
    private final Supplier<Duration> limit;

    /** @param limit how long a call may last */
    Backends(Elections elections, Guard guard, Supplier<Duration> limit) {
        this.guard = guard;
        this.elections = elections;
        this.limit = limit;
    }

    /** Asks a backend that has just come for its id. */
    String identify(HeapBackend backend) {
        String whom = "backend " + backend.getClass().getName();
        String id = guard.call(whom, "ask for its id", limit.get(), backend::id);
        if (id == null || id.isBlank()) {
            throw Guard.failed(whom, "ask for its id", "it has none", null);
        }
        return id;
    }

    /**
     * Connects a backend and lets it stand for election.
     *
     * @throws HeapException when it fails, or its id is taken; it is disconnected then
     */
    Elections.Outcome connect(Candidate candidate, BackendHost host) {
        boolean done = false;
        try {
            synchronized (candidate) {
                HeapBackend backend = candidate.backend().orElseThrow();
                guard.call("backend " + candidate.id(), "connect", limit.get(), () -> {
                    backend.connected(host);
                    return null;
                });
                List<PoolOffer> offers = offers(candidate, backend);
                Elections.Outcome outcome = elections.elect(all -> {
                    requireNew(candidate.id(), all);
                    candidate.offers(offers);
                    all.add(candidate);
                });
                done = true;
                return outcome;
            }
        } finally {
            if (!done) {
                disconnect(candidate);
            }
        }
    }

    private static void requireNew(String id, List<Candidate> all) {
        if (all.stream().anyMatch(c -> c.id().equals(id))) {
            throw new HeapException(HeapError.ALREADY_EXISTS, "add a backend", "backend " + id,
                    "another backend of that id is there", "give one of them another id");
        }
    }

    private List<PoolOffer> offers(Candidate candidate, HeapBackend backend) {
        return guard.call("backend " + candidate.id(), "ask for its offers", limit.get(),
                () -> List.copyOf(backend.offers()));
    }

    /** Asks a backend that is said to have changed them for its offers; empty when it is no longer there. */
    Optional<Elections.Outcome> refresh(Candidate candidate) {
        synchronized (candidate) {
            return candidate.backend().map(backend -> {
                List<PoolOffer> offers = offers(candidate, backend);
                return elections.elect(all -> {
                    if (!candidate.isLeaving()) {
                        candidate.offers(offers);
                    }
                });
            });
        }
    }

    /** Lets go of a backend; what goes wrong is logged. */
    void disconnect(Candidate candidate) {
        synchronized (candidate) {
            candidate.backend().ifPresent(backend -> {
                try {
                    guard.call("backend " + candidate.id(), "disconnect", limit.get(), () -> {
                        backend.disconnected();
                        return null;
                    });
                } catch (HeapException e) {
                    LOG.warn("backend {} did not disconnect in order", candidate.id(), e);
                }
            });
            candidate.forget();
        }
    }
}
