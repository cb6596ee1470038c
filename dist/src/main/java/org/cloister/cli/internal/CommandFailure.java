// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

/**
 * A command cannot do what it was asked. The message is one sentence for the user, without the name of the command and
 * without a full stop: what, which, why, what to do.
 */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    CommandFailure(int status, String sentence) {
        super(sentence);
        this.status = status;
    }

    /** The exit status. */
    int status() {
        return status;
    }
}
