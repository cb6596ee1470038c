// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import java.util.Optional;
import java.util.function.Consumer;
import org.cloister.platform.inspect.BlockedAccess;
import org.cloister.platform.inspect.BoardView;

/** Hears of blocked accesses of the board that is on, if one is. Safe for use by any thread. */
final class BoardEar {
    private final Consumer<BlockedAccess> hearer;
    private Optional<BoardView> board = Optional.empty(); // this and the following guarded by this
    private Optional<BoardView.Listening> listening = Optional.empty();

    BoardEar(Consumer<BlockedAccess> hearer) {
        this.hearer = hearer;
    }

    /** From now on of this board, and of no other. */
    synchronized void hear(Optional<BoardView> next) {
        listening.ifPresent(BoardView.Listening::close);
        board = next;
        listening = next.map(view -> view.listen(hearer));
    }

    /** No longer of this board; nothing if another one is heard by now. */
    synchronized void forget(BoardView gone) {
        if (board.filter(gone::equals).isPresent()) {
            hear(Optional.empty());
        }
    }
}
