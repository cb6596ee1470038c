// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.nio.file.Path;
import java.util.List;

/** Sets up what commands run on. */
interface Stage {
    /**
     * Switches an emulated board on and waits until it runs.
     *
     * @throws CommandFailure when there is no such board, or it does not come up in time
     */
    void switchOn(String board);

    /**
     * Switches an emulated board on as {@link #switchOn(String)} does, and has all calls to its firmware recorded, from
     * the first one on.
     *
     * @param trace the file, which is made or emptied
     * @throws CommandFailure also when the file cannot be written, or the board has no firmware that is called
     */
    void switchOn(String board, Path trace);

    /**
     * Lets the heaps of the machine at hand be served, and waits until their backend runs.
     *
     * @throws CommandFailure when there is no such backend, or it does not come up in time
     */
    void useMachine();

    /**
     * Waits for services.
     *
     * @param needs filters
     * @throws CommandFailure when one does not appear in time
     */
    void await(List<String> needs);
}
