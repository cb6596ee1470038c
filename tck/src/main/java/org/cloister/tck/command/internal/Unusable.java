// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.command.internal;

/** What was given cannot be tested; the message says what, which, why, and what to do. */
final class Unusable extends Exception {
    private static final long serialVersionUID = 1L;

    Unusable(String format, Object... arguments) {
        super(format.formatted(arguments));
    }
}
