// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import java.util.List;

/** A buffer, by its handle. For one thread. */
final class SecureBuffer {
    private final int handle;
    private final List<Piece> pieces;
    private int references = 1;

    SecureBuffer(int handle, List<Piece> pieces) {
        this.handle = handle;
        this.pieces = List.copyOf(pieces);
    }

    int handle() {
        return handle;
    }

    List<Piece> pieces() {
        return pieces;
    }

    int references() {
        return references;
    }

    /** Takes a reference more. */
    void reference() {
        references = Math.incrementExact(references);
    }

    /** Takes a reference less. */
    void unreference() {
        references--;
    }
}
