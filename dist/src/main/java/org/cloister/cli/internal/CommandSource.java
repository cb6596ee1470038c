// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.SortedSet;

/** Where commands come from. */
interface CommandSource {
    /** The names of all commands. */
    SortedSet<String> names();

    /**
     * Makes a fresh command.
     *
     * @param name one of {@link #names()}
     * @throws CommandFailure when it cannot be made now, with the reason
     */
    Contribution create(String name);
}
