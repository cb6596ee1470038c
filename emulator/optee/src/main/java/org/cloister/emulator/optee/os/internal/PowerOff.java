// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/** Unwinds a thread of the trusted OS that will never be resumed. An error, so that no application catches it. */
final class PowerOff extends Error {
    private static final long serialVersionUID = 1L;

    PowerOff() {
        super("the board was switched off", null, false, false);
    }
}
