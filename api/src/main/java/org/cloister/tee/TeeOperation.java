// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One call of a trusted application: its parameters, and a handle to cancel it by. Used for one call only. Safe for use
 * by any thread.
 */
@ProviderType
public final class TeeOperation {
    private final List<Param> params;
    private boolean cancelled; // guarded by this
    private Runnable canceller = () -> {}; // guarded by this
    private boolean begun; // guarded by this

    /**
     * Makes an operation.
     *
     * @param params at most {@value Tee#MAX_PARAMS}
     * @throws HeapException {@code INVALID_ARGUMENT} for more
     */
    public TeeOperation(Param... params) {
        if (params.length > Tee.MAX_PARAMS) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "make a TEE operation",
                    params.length + " parameters", "GlobalPlatform allows " + Tee.MAX_PARAMS,
                    "put more into shared memory");
        }
        var all = new Param[Tee.MAX_PARAMS];
        Arrays.fill(all, Param.NONE);
        for (int i = 0; i < params.length; i++) {
            all[i] = Objects.requireNonNull(params[i], "a parameter");
        }
        this.params = List.of(all);
    }

    /** {@return the parameters, always {@value Tee#MAX_PARAMS}; those not given are {@link Param#NONE}} */
    public List<Param> params() {
        return params;
    }

    /**
     * Asks for cancellation. The trusted application decides whether it heeds that; if it does the call returns with
     * {@link TeeCode#CANCEL}. Has no effect after the call.
     */
    public void cancel() {
        Runnable action;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            action = canceller;
        }
        action.run();
    }

    /** {@return whether cancellation was asked for} */
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /**
     * For implementations of {@link TeeSession}: the call begins, and {@code action} asks the trusted OS to cancel it.
     * It is run at once when cancellation was asked for before.
     *
     * @param action quick; run at most once
     * @throws HeapException {@code INVALID_ARGUMENT} when the operation was used before
     */
    public void begin(Runnable action) {
        boolean now;
        synchronized (this) {
            if (begun) {
                throw new HeapException(HeapError.INVALID_ARGUMENT, "call a trusted application", "the operation",
                        "it was used before", "make a new one for each call");
            }
            begun = true;
            canceller = Objects.requireNonNull(action, "action");
            now = cancelled;
        }
        if (now) {
            action.run();
        }
    }

    /** For implementations of {@link TeeSession}: the call is over, {@link #cancel} has no effect any longer. */
    public synchronized void end() {
        canceller = () -> {};
    }
}
