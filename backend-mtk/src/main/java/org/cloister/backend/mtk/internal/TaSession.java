// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session with the memory application, opened when it is first needed, and again when the trusted OS has gone and
 * come. For one thread at a time.
 */
final class TaSession {
    private static final Logger LOG = LoggerFactory.getLogger(TaSession.class);

    private final TeeSource tees;
    private final Optional<UUID> configured;
    private Optional<Open> open = Optional.empty();
    private long serial;

    private record Open(Tee tee, TeeSession session) {}

    /**
     * Opens nothing yet.
     *
     * @param tees where trusted operating systems come from
     * @param configured by which uuid the application is looked for, if the configuration says
     */
    TaSession(TeeSource tees, Optional<UUID> configured) {
        this.tees = tees;
        this.configured = configured;
    }

    /**
     * Makes sure that there is a session.
     *
     * @return the number of the session, another for each that was opened
     * @throws HeapException {@code UNAVAILABLE} without a trusted OS, {@code FIRMWARE_REFUSED} without the application,
     *     and what {@link Tee#open} throws
     */
    long ensure(String what) {
        List<Tee> there = tees.current();
        if (open.filter(one -> there.contains(one.tee())).isPresent()) {
            return serial;
        }
        drop();
        open = Optional.of(open(what, there));
        serial++;
        return serial;
    }

    /** Opens one with the first that has the application. */
    private Open open(String what, List<Tee> there) {
        List<HeapException> refusals = new ArrayList<>();
        for (Tee tee : there) {
            try {
                return open(what, tee);
            } catch (HeapException e) {
                refusals.add(e);
            }
        }
        if (refusals.isEmpty()) {
            throw new HeapException(HeapError.UNAVAILABLE, what, "backend " + MtkBackend.ID,
                    "there is no trusted OS now", "start the backend of one, and try again");
        }
        HeapException first = refusals.getFirst();
        throw refusals.size() == 1 ? first : new HeapException(first.error(), what,
                refusals.stream().map(HeapException::which).collect(joining(", ")),
                refusals.stream().map(one -> one.which() + ": " + one.why()).collect(joining("; ")), first.remedy(), first);
    }

    private Open open(String what, Tee tee) {
        var choice = new ApplicationChoice(configured, tee.id(), tee.memoryApplication());
        try {
            var opened = new Open(tee, tee.open(choice.chosen(), Login.PUBLIC));
            LOG.info("Opened a session with the memory application {} in TEE {}", choice.chosen(), tee.id());
            return opened;
        } catch (HeapException e) {
            throw e.error() == HeapError.FIRMWARE_REFUSED ? choice.refused(what, e) : gone(e);
        }
    }

    /** A trusted OS that has just left is closed for us, which must not look as if our own user were. */
    private static HeapException gone(HeapException e) {
        return e.error() != HeapError.CLOSED ? e
                : new HeapException(HeapError.UNAVAILABLE, e.what(), e.which(), e.why(), "try again when it is back", e);
    }

    /** The ids of the trusted OSes that are there and may have the application. For any thread. */
    List<String> candidates() {
        return tees.current().stream().map(Tee::id).toList();
    }

    /** The id of the trusted OS that there is a session with. */
    Optional<String> tee() {
        return open.map(one -> one.tee().id());
    }

    /**
     * Calls the application.
     *
     * @throws HeapException {@code UNAVAILABLE} when there is no session any more; what {@link TeeSession#invoke} throws;
     *     and what stands for the application's code: {@code NO_MEMORY}, {@code NO_REGION}, {@code BUSY},
     *     {@code NOT_SUPPORTED}, {@code FIRMWARE_DEAD}, {@code FIRMWARE_REFUSED}
     */
    TeeResult invoke(String what, int command, Param... params) {
        TeeResult result = call(what, command, params);
        return result.isSuccess() ? result : refused(what, result);
    }

    /** The same, where the application's code is for the caller to heed. */
    TeeResult call(String what, int command, Param... params) {
        TeeResult result;
        try {
            result = open.orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, what,
                    "the session with the memory application", "it was lost", "try again")).session()
                    .invoke(command, params);
        } catch (HeapException e) {
            if (e.error() == HeapError.CLOSED || e.error() == HeapError.FIRMWARE_DEAD) {
                drop();
            }
            throw gone(e);
        }
        if (result.code() == TeeCode.TARGET_DEAD) {
            drop();
        }
        return result;
    }

    private static TeeResult refused(String what, TeeResult result) {
        HeapError error = switch (result.code()) {
            case MtkCommand.NO_REGION -> HeapError.NO_REGION;
            case TeeCode.BUSY -> HeapError.BUSY;
            case TeeCode.NOT_SUPPORTED, TeeCode.NOT_IMPLEMENTED -> HeapError.NOT_SUPPORTED;
            default -> HeapError.FIRMWARE_REFUSED;
        };
        if (error == HeapError.FIRMWARE_REFUSED) {
            return result.orElseThrow(what);
        }
        throw new HeapException(error, what, MtkBackend.APPLICATION, "it answered " + TeeCode.name(result.code()),
                "free buffers, or ask for less");
    }

    /** Closes the session, if there is one. */
    void drop() {
        Optional<Open> old = open;
        open = Optional.empty();
        try {
            old.ifPresent(one -> one.session().close());
        } catch (RuntimeException e) {
            LOG.debug("The session with the memory application was not closed", e);
        }
    }
}
