// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

/**
 * A contiguous part of a buffer.
 *
 * @param address physical
 * @param length bytes
 */
record Segment(long address, long length) {
    /** The address behind its last byte. */
    long end() {
        return address + length;
    }

    boolean overlaps(Segment other) {
        return address < other.end() && other.address < end();
    }
}
