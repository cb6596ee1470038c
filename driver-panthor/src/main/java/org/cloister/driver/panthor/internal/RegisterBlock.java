// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import org.cloister.platform.PhysicalMemory;

/** The registers of the GPU. Safe for use by any thread. */
record RegisterBlock(PhysicalMemory cpu, long base) {
    int read(int register) {
        return cpu.readInt(base + register);
    }

    void write(int register, int value) {
        cpu.writeInt(base + register, value);
    }

    void writeLong(int register, long value) {
        write(register, (int) value);
        write(register + Integer.BYTES, (int) (value >>> Integer.SIZE));
    }
}
