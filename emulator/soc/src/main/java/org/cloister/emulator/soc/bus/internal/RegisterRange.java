// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import org.cloister.emulator.soc.Registers;
import org.cloister.emulator.soc.Rights;

/**
 * The registers of a device on the bus.
 *
 * @param name the device
 * @param base the first address
 * @param size bytes
 * @param rights who may access them
 * @param registers what answers
 */
record RegisterRange(String name, long base, long size, Rights rights, Registers registers) {
    long end() {
        return base + size;
    }

    boolean contains(long address) {
        return base <= address && address < end();
    }
}
