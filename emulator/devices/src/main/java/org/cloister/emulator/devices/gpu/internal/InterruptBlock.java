// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import org.cloister.platform.mali.GpuRegister;

/**
 * Four registers that tell what happened and let some of it through to an interrupt line, which is raised when there is
 * something new to tell, and again when what is there is let through. Safe for use by any thread.
 */
final class InterruptBlock {
    private final Runnable line;
    private int raw; // guarded by this
    private int mask; // guarded by this

    InterruptBlock(Runnable line) {
        this.line = line;
    }

    /** Something happened. */
    void raise(int bits) {
        boolean through;
        synchronized (this) {
            raw |= bits;
            through = (bits & mask) != 0;
        }
        if (through) {
            line.run();
        }
    }

    synchronized int read(int register) {
        return switch (register) {
            case GpuRegister.RAW -> raw;
            case GpuRegister.MASK -> mask;
            case GpuRegister.STATUS -> raw & mask;
            default -> 0;
        };
    }

    void write(int register, int value) {
        boolean through = false;
        synchronized (this) {
            switch (register) {
                case GpuRegister.CLEAR -> raw &= ~value;
                case GpuRegister.MASK -> {
                    through = (raw & value & ~mask) != 0;
                    mask = value;
                }
                default -> { }
            }
        }
        if (through) {
            line.run();
        }
    }

    /** As after power-on. */
    synchronized void reset() {
        raw = 0;
        mask = 0;
    }
}
