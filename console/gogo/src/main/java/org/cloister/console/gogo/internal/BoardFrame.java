// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.Optional;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.inspect.BoardView;

/** A command that looks at a board. */
abstract class BoardFrame extends Frame {
    private final Optional<BoardView> board;

    BoardFrame(Optional<BoardView> board) {
        this.board = board;
    }

    final BoardView board(String what) {
        return board.orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, what, "this machine",
                "no emulated board is on, and real hardware does not let its firewall be looked at",
                "switch one on with the configuration org.cloister.emulator.board"));
    }
}
