// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.List;
import java.util.Optional;

/**
 * A fresh command and what it wants before it is called.
 *
 * @param command an object that picocli understands
 * @param board the board to run on unless the user chooses another, an empty name for the machine at hand; empty for
 *     none
 * @param needs filters of the services that have to be there
 * @param release gives the command back
 */
record Contribution(Object command, Optional<String> board, List<String> needs, Runnable release)
        implements AutoCloseable {

    Contribution {
        needs = List.copyOf(needs);
    }

    @Override
    public void close() {
        release.run();
    }
}
