// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

/**
 * A clip, a key, or a reference is not usable. The message is one sentence for the person who named it: what cannot be
 * done, with which input, why, and what to do.
 */
public final class ClipException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param what what was tried, such as {@code "play"}
     * @param which the input, as the person named it
     * @param why the reason
     * @param remedy what to do about it
     */
    public ClipException(String what, Object which, String why, String remedy) {
        super("Cannot %s %s: %s; %s".formatted(what, which, why, remedy));
    }
}
