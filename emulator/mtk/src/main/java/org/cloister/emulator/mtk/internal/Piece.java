// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

/**
 * A contiguous part of a buffer.
 *
 * @param area the area that it lies in
 * @param address the physical address
 * @param length bytes
 */
record Piece(Area area, long address, long length) {
    /** Takes the part out of the books of its area. */
    void forget() {
        area.allocator().free(address);
    }
}
