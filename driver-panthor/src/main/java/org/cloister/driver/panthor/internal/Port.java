// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.mali.HostInterface;

/**
 * One of the interfaces with the firmware: the area that the host writes, and the one that the firmware writes. For the
 * driver's thread.
 *
 * @param cpu the CPU's view of memory
 * @param input the physical address of what the host writes
 * @param output the physical address of what the firmware writes
 */
record Port(PhysicalMemory cpu, long input, long output) {
    int told(int word) {
        return cpu.readInt(output + word);
    }

    void write(int word, int value) {
        cpu.writeInt(input + word, value);
    }

    void writeLong(int word, long value) {
        cpu.writeLong(input + word, value);
    }

    /** Sets some bits of a word. */
    void set(int word, int value, int mask) {
        write(word, cpu.readInt(input + word) & ~mask | value & mask);
    }

    /** Makes requests pending. */
    void request(int word, int bits) {
        set(word, ~told(word), bits);
    }

    /** Whether requests are no longer pending. */
    boolean isAcknowledged(int bits) {
        return events(HostInterface.REQUEST, bits) == 0;
    }

    /** Which of these events are pending. */
    int events(int word, int bits) {
        return (cpu.readInt(input + word) ^ told(word)) & bits;
    }

    /** Acknowledges events. */
    void seen(int word, int bits) {
        set(word, told(word), bits);
    }
}
