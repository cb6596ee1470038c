// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

/** Memory that is, or was, a buffer's or a part of it; in bytes of physical memory. */
record Place(long address, long length, Threat threat) {
    boolean isWithin(long base, long size) {
        return address >= base && address - base < size;
    }

    /** Reads it where it is encrypted. */
    void overhear(Stage stage) {
        threat.eavesdropper().ifPresent(ear -> ear.look(stage, address, length));
    }
}
