// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.util.UUID;
import java.util.function.Consumer;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.tee.SessionCalls;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session with a trusted application of OP-TEE's: OPEN, then CLOSING once {@link #close} was called, until the last
 * call is over and OP-TEE was told. Safe for use by any thread.
 */
final class OpteeSession implements TeeSession {
    private static final Logger LOG = LoggerFactory.getLogger(OpteeSession.class);

    private final Driver driver;
    private final UUID application;
    private final int session;
    private final Consumer<OpteeSession> onClosed;
    private final SessionCalls calls = new SessionCalls();
    private volatile boolean lost; // OP-TEE never finished a call

    /**
     * A session that OP-TEE has opened.
     *
     * @param onClosed told once when it is closed
     */
    OpteeSession(Driver driver, UUID application, int session, Consumer<OpteeSession> onClosed) {
        this.driver = driver;
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
            requireAnswering(what);
            operation.begin(() -> cancel(call.id()));
            try (var parameters = new Parameters(driver, operation.params(), operation::cancel);
                    Message message = driver.messages().begin(what, OpteeMessage.INVOKE_COMMAND, command, session,
                            call.id(), operation.params().size())) {
                parameters.write(message, 0);
                try {
                    message.send();
                } finally {
                    if (message.isLost()) {
                        lost = true;
                        parameters.lose();
                    }
                }
                return answer(what, message, parameters);
            } finally {
                operation.end();
            }
        } catch (HeapException e) {
            throw e.error() == HeapError.BUSY ? tooLate(e) : e;
        }
    }

    private static TeeResult answer(String what, Message message, Parameters parameters) {
        int origin = message.origin();
        if (origin == 0) {
            throw new HeapException(HeapError.PROTOCOL, what, "OP-TEE", "the answer has no origin",
                    "record the calls and see the firmware");
        }
        return new TeeResult(message.result(), TeeResult.Origin.values()[origin - 1], parameters.read(message, 0));
    }

    private static HeapException tooLate(HeapException e) {
        return new HeapException(HeapError.TIMED_OUT, e.what(), e.which(), e.why(), e.remedy(), e);
    }

    private void requireAnswering(String what) {
        if (lost) {
            throw new HeapException(HeapError.PROTOCOL, what, "the session",
                    "OP-TEE never finished an earlier call and would wait for it", "open another session");
        }
    }

    private void cancel(int cancelId) {
        try (Message message = driver.messages().begin("cancel a call", OpteeMessage.CANCEL, 0, session, cancelId, 0)) {
            message.send();
        } catch (HeapException e) {
            LOG.warn("a call of trusted application {} is not cancelled: {}", application, e.getMessage());
        }
    }

    @Override
    public void close() {
        if (!calls.close(this::cancel)) {
            return;
        }
        if (lost) {
            LOG.warn("a session with trusted application {} stays open, for OP-TEE never finished a call", application);
            onClosed.accept(this);
            return;
        }
        try (Message message = driver.messages().begin("close a session", OpteeMessage.CLOSE_SESSION, 0, session, 0, 0)) {
            message.send();
        } catch (HeapException e) {
            LOG.warn("a session with trusted application {} is not closed in order: {}", application, e.getMessage());
        } finally {
            onClosed.accept(this);
        }
    }
}
