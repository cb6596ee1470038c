// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Status codes of FF-A, with the errno that Linux makes of them. */
@ProviderType
public enum FfaStatus {
    /** Done. */
    SUCCESS(0, "0"),
    /** Not offered. */
    NOT_SUPPORTED(-1, "EOPNOTSUPP"),
    /** A parameter is wrong. */
    INVALID_PARAMETERS(-2, "EINVAL"),
    /** No memory or no handle left. */
    NO_MEMORY(-3, "ENOMEM"),
    /** Busy. */
    BUSY(-4, "EBUSY"),
    /** Interrupted. */
    INTERRUPTED(-5, "EINTR"),
    /** Not now, or not by this caller. */
    DENIED(-6, "EACCES"),
    /** To be tried again. */
    RETRY(-7, "EAGAIN"),
    /** Given up. */
    ABORTED(-8, "ECANCELED"),
    /** Nothing there. */
    NO_DATA(-9, "ENODATA"),
    /** Not ready yet. */
    NOT_READY(-10, "EAGAIN");

    private static final FfaStatus[] BY_CODE = values();

    private final int code;
    private final String errnoName;

    FfaStatus(int code, String errnoName) {
        this.code = code;
        this.errnoName = errnoName;
    }

    /** The code as it is in w2: zero or negative. */
    public int code() {
        return code;
    }

    /** The errno that Linux makes of it; {@code "0"} for success. */
    public String errnoName() {
        return errnoName;
    }

    /** The status with a code, if FF-A defines it. */
    public static Optional<FfaStatus> of(int code) {
        return code <= 0 && code > -BY_CODE.length ? Optional.of(BY_CODE[-code]) : Optional.empty();
    }
}
