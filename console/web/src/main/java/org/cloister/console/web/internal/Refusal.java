// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

/** A request that is not answered as asked. The message is for people. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    Refusal(int status, String why) {
        super(why);
        this.status = status;
    }

    /** The HTTP status. */
    int status() {
        return status;
    }
}
