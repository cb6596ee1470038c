// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.UUID;
import java.util.function.Consumer;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.Fields;
import org.cloister.platform.tee.SessionCalls;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session with a trusted application: open, then closing once {@link #close} was called, until the last call is over
 * and the trusted OS was told. Safe for use by any thread.
 */
final class LinuxTeeSession implements TeeSession {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxTeeSession.class);
    private static final VarHandle CANCELLED = Fields.of(TeeRequests.CANCEL_ARGUMENT, "cancel_id");
    private static final VarHandle CANCELLED_SESSION = Fields.of(TeeRequests.CANCEL_ARGUMENT, "session");
    private static final VarHandle CLOSED_SESSION = Fields.of(TeeRequests.CLOSE_ARGUMENT, "session");

    private final LinuxTee tee;
    private final UUID application;
    private final int session;
    private final Consumer<TeeSession> onClosed;
    private final SessionCalls calls = new SessionCalls();

    LinuxTeeSession(LinuxTee tee, UUID application, int session, Consumer<TeeSession> onClosed) {
        this.tee = tee;
        this.application = application;
        this.session = session;
        this.onClosed = onClosed;
    }

    @Override
    public UUID application() {
        return application;
    }

    @Override
    public TeeResult invoke(int command, TeeOperation operation) {
        String what = "invoke command " + command + " of trusted application " + application;
        try (SessionCalls.Call call = calls.begin(what)) {
            operation.begin(() -> cancel(call.id()));
            try (var argument = new TeeArgument(tee, TeeRequests.INVOKE_ARGUMENT, operation.params(),
                    operation::cancel)) {
                argument.call(session, command, call.id());
                int result = tee.request(what, TeeRequests.INVOKE, argument.pointer());
                if (result < 0) {
                    throw tee.refused(what, result);
                }
                return new TeeResult(argument.result(), argument.origin(), argument.results());
            } finally {
                operation.end();
            }
        }
    }

    private void cancel(int cancelId) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(TeeRequests.CANCEL_ARGUMENT);
            CANCELLED.set(argument, 0L, cancelId);
            CANCELLED_SESSION.set(argument, 0L, session);
            int result = tee.request("cancel a call", TeeRequests.CANCEL, argument);
            if (result < 0) {
                LOG.warn("a call of trusted application {} is not cancelled: {}", application, Errno.describe(result));
            }
        }
    }

    @Override
    public void close() {
        if (!calls.close(this::cancel)) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(TeeRequests.CLOSE_ARGUMENT);
            CLOSED_SESSION.set(argument, 0L, session);
            int result = tee.request("close a session", TeeRequests.CLOSE_SESSION, argument);
            if (result < 0) {
                LOG.warn("a session with trusted application {} does not close: {}", application,
                        Errno.describe(result));
            }
        } finally {
            onClosed.accept(this);
        }
    }
}
