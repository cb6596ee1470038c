// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import org.cloister.tee.TeeCode;
import org.osgi.annotation.versioning.ProviderType;

/** A trusted application refuses or fails, with a code for its client. */
@ProviderType
public final class TaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int code;

    /**
     * Makes an exception without a stack trace, for it is an answer and not an accident.
     *
     * @param code the code that the client gets, see {@link TeeCode}
     * @param message why, for logs
     */
    public TaException(int code, String message) {
        super("%s: %s".formatted(TeeCode.name(code), message), null, false, false);
        this.code = code;
    }

    /** The code that the client gets. */
    public int code() {
        return code;
    }
}
