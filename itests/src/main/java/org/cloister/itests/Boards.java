// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import java.io.IOException;
import java.util.Map;
import org.cloister.emulator.soc.Soc;

/** The one board of the framework, as its configuration switches it on and off. */
final class Boards {
    private Boards() {}

    /** Asks for a board, and waits until it is there with its firmware and devices. */
    static Soc on(String name) throws IOException {
        ask(name);
        return Framework.service(Soc.class, "(&(board=%s)(board.complete=true))".formatted(name));
    }

    /** Asks for a board, and waits for nothing. */
    static void ask(String name) throws IOException {
        Framework.configuration("org.cloister.emulator.board").update(Framework.properties(Map.of("board", name)));
    }

    /** Switches the board off, where one is on, and waits until it is gone. */
    static void off() throws IOException {
        Framework.remove(Framework.configuration("org.cloister.emulator.board"));
        Framework.eventually("the board is off", () -> Framework.context().getServiceReference(Soc.class) == null);
    }
}
