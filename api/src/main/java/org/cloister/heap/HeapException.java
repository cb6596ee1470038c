// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The one exception of this API: an operation was refused or failed, and nothing was changed by it.
 *
 * <p>It always says four things, each a short phrase without a full stop: <em>what</em> was tried
 * ({@code "allocate 3 MiB"}), <em>which</em> object refused ({@code "heap protected,secure-video"}), <em>why</em>
 * ({@code "the largest free block is 1 MiB"}), and a <em>remedy</em> ({@code "free buffers or ask for less"}). The
 * message is made of them.
 *
 * <p>Unchecked, because most callers can only pass it on; each method documents the errors that a caller may want to
 * handle. Immutable and safe for use by any thread.
 */
@ProviderType
public final class HeapException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final HeapError error;
    private final String what;
    private final String which;
    private final String why;
    private final String remedy;

    /**
     * Makes an exception without a cause.
     *
     * @param error the kind of refusal
     * @param what what was tried
     * @param which the object that refused
     * @param why the reason
     * @param remedy what the caller can do about it
     */
    public HeapException(HeapError error, String what, String which, String why, String remedy) {
        this(error, what, which, why, remedy, null);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param error the kind of refusal
     * @param what what was tried
     * @param which the object that refused
     * @param why the reason
     * @param remedy what the caller can do about it
     * @param cause what made it fail, or {@code null}
     */
    public HeapException(
            HeapError error, String what, String which, String why, String remedy, Throwable cause) {
        super("Cannot %s: %s: %s; %s [%s, %s]"
                .formatted(what, which, why, remedy, error, error.errnoName()), cause);
        this.error = error;
        this.what = Objects.requireNonNull(what, "what");
        this.which = Objects.requireNonNull(which, "which");
        this.why = Objects.requireNonNull(why, "why");
        this.remedy = Objects.requireNonNull(remedy, "remedy");
    }

    /** {@return the kind of refusal} */
    public HeapError error() {
        return error;
    }

    /** {@return what was tried} */
    public String what() {
        return what;
    }

    /** {@return the object that refused} */
    public String which() {
        return which;
    }

    /** {@return the reason} */
    public String why() {
        return why;
    }

    /** {@return what the caller can do about it} */
    public String remedy() {
        return remedy;
    }
}
