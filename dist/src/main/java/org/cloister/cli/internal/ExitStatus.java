// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

/** What the exit status of every command means. */
final class ExitStatus {
    /** What was asked for was done, or is so. */
    static final int HOLDS = 0;
    /** What was asked for could not be done, or is not so. */
    static final int DOES_NOT_HOLD = 1;
    /** The command line is wrong, or what it names cannot be read. */
    static final int UNUSABLE = 2;

    private ExitStatus() {
    }
}
