// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.layout.PspCloseSession;
import org.cloister.platform.layout.PspInvoke;
import org.cloister.platform.layout.PspLoadTa;
import org.cloister.platform.layout.PspOpenSession;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.platform.layout.PspUnloadTa;
import org.cloister.platform.tee.SessionCalls;
import org.cloister.tee.Param;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session with an application of the secure processor, for which it loaded the application (the processor counts).
 * OPEN, then CLOSING once {@link #close} was called, until the last call is over. Belongs to one generation of the ring.
 * Safe for use by any thread.
 */
public final class PspSession implements TeeSession {
    private static final Logger LOG = LoggerFactory.getLogger(PspSession.class);
    private static final int AT = PspRingEntry.PAYLOAD;

    private final PspRing ring;
    private final UUID application;
    private final int handle;
    private final int session;
    private final long generation;
    private final Consumer<PspSession> onClosed;
    private final SessionCalls calls = new SessionCalls();

    private PspSession(PspRing ring, UUID application, int handle, int session, long generation,
            Consumer<PspSession> onClosed) {
        this.ring = ring;
        this.application = application;
        this.handle = handle;
        this.session = session;
        this.generation = generation;
        this.onClosed = onClosed;
    }

    /**
     * Loads an application and opens a session with it.
     *
     * @param binary the application's file
     * @param params at most four
     * @param onClosed told once when the session is closed
     * @throws HeapException {@code FIRMWARE_REFUSED}, {@code BUSY} when the application has all its sessions,
     *     {@code FIRMWARE_DEAD}, {@code NO_MEMORY}, or for bad parameters
     */
    public static PspSession open(PspRing ring, UUID application, byte[] binary, List<Param> params,
            Consumer<PspSession> onClosed) {
        String what = "open a session with trusted application " + application;
        PspRing.Answer loaded = load(ring, what, binary);
        int handle = PspLoadTa.taHandle(loaded.entry(), AT);
        boolean done = false;
        try (Parameters parameters = new Parameters(ring, params)) {
            requireGeneration(what, parameters, loaded.generation());
            PspRing.Answer answer = call(ring, what, PspCommand.OPEN_SESSION, loaded.generation(), parameters, entry -> {
                PspOpenSession.taHandle(entry, AT, handle);
                parameters.write(entry, AT + PspOpenSession.OPERATION);
            });
            Buffers.require(what, answer);
            done = true;
            return new PspSession(ring, application, handle, PspOpenSession.sessionInfo(answer.entry(), AT),
                    loaded.generation(), onClosed);
        } finally {
            if (!done) {
                unload(ring, handle, loaded.generation());
            }
        }
    }

    private static PspRing.Answer load(PspRing ring, String what, byte[] binary) {
        ring.ready(what);
        long address = ring.pages().take(binary.length);
        boolean unknown = true;
        try {
            ring.pages().memory().write(address, MemorySegment.ofArray(binary));
            PspRing.Answer answer = ring.call(what, PspCommand.LOAD_TA, 0, entry -> {
                PspLoadTa.address(entry, AT, address);
                PspLoadTa.size(entry, AT, binary.length);
            });
            unknown = false;
            Buffers.require(what, answer);
            return answer;
        } catch (HeapException e) {
            unknown &= e.error() == HeapError.FIRMWARE_DEAD;
            throw e;
        } finally {
            if (unknown) {
                LOG.warn("0x{} bytes are kept, for the secure processor may be loading them",
                        Integer.toHexString(binary.length));
            } else {
                ring.pages().release(address);
            }
        }
    }

    private static PspRing.Answer call(PspRing ring, String what, PspCommand command, long generation,
            Parameters parameters, Consumer<MemorySegment> payload) {
        try {
            return ring.call(what, command, generation, payload);
        } catch (HeapException e) {
            if (e.error() == HeapError.FIRMWARE_DEAD) {
                parameters.lose();
            }
            throw e;
        }
    }

    private static void requireGeneration(String what, Parameters parameters, long generation) {
        if (!parameters.areOf(generation)) {
            throw new HeapException(HeapError.FIRMWARE_DEAD, what, "the secure processor",
                    "it was initialised anew, and has forgotten what was opened before", "open another session");
        }
    }

    private static void unload(PspRing ring, int handle, long generation) {
        if (generation != ring.generation()) {
            return;
        }
        try {
            ring.call("unload a trusted application", PspCommand.UNLOAD_TA, generation,
                    entry -> PspUnloadTa.taHandle(entry, AT, handle));
        } catch (HeapException e) {
            LOG.warn("a trusted application stays loaded: {}", e.getMessage());
        }
    }

    @Override
    public UUID application() {
        return application;
    }

    @Override
    public TeeResult invoke(int command, TeeOperation operation) {
        String what = "invoke command " + command + " of trusted application " + application;
        try (SessionCalls.Call _ = calls.begin(what)) {
            operation.begin(PspSession::uncancelled);
            try (Parameters parameters = new Parameters(ring, operation.params())) {
                requireGeneration(what, parameters, generation);
                PspRing.Answer answer = call(ring, what, PspCommand.INVOKE, generation, parameters, entry -> {
                    PspInvoke.taHandle(entry, AT, handle);
                    PspInvoke.cmdId(entry, AT, command);
                    PspInvoke.sessionInfo(entry, AT, session);
                    parameters.write(entry, AT + PspInvoke.OPERATION);
                });
                return new TeeResult(answer.status(), origin(what, answer),
                        parameters.read(answer.entry(), AT + PspInvoke.OPERATION));
            } finally {
                operation.end();
            }
        } catch (HeapException e) {
            throw e.error() == HeapError.BUSY
                    ? new HeapException(HeapError.TIMED_OUT, e.what(), e.which(), e.why(), e.remedy(), e) : e;
        }
    }

    private static void uncancelled() {
        LOG.debug("AMD-TEE has no way to cancel a call");
    }

    private static TeeResult.Origin origin(String what, PspRing.Answer answer) {
        int number = PspInvoke.returnOrigin(answer.entry(), AT);
        for (TeeResult.Origin origin : TeeResult.Origin.values()) {
            if (origin.number() == number) {
                return origin;
            }
        }
        throw new HeapException(HeapError.PROTOCOL, what, "the secure processor",
                "nobody has the number " + number + ", which gave " + TeeCode.name(answer.status()), "see the firmware");
    }

    /** {@inheritDoc} Calls under way cannot be cancelled, and finish first. */
    @Override
    public void close() {
        if (!calls.close(call -> uncancelled())) {
            return;
        }
        try {
            if (generation == ring.generation()) {
                ring.call("close a session", PspCommand.CLOSE_SESSION, generation, entry -> {
                    PspCloseSession.taHandle(entry, AT, handle);
                    PspCloseSession.sessionInfo(entry, AT, session);
                });
                unload(ring, handle, generation);
            }
        } catch (HeapException e) {
            LOG.warn("a session with trusted application {} is not closed in order: {}", application, e.getMessage());
        } finally {
            onClosed.accept(this);
        }
    }
}
