// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

/** The framework or its bundles do not start; the message is a phrase without a full stop. */
final class LaunchException extends Exception {
    private static final long serialVersionUID = 1L;

    LaunchException(String message) {
        super(message);
    }

    LaunchException(String message, Throwable cause) {
        super(message, cause);
    }
}
