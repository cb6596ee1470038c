// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** Makes the refusals of boards that cannot be switched on. */
final class BoardError {
    private BoardError() {
    }

    static HeapException of(String board, String why, String remedy) {
        return of(HeapError.INVALID_ARGUMENT, board, why, remedy);
    }

    static HeapException of(HeapError error, String board, String why, String remedy) {
        return new HeapException(error, "switch the board on", "board " + board, why, remedy);
    }
}
