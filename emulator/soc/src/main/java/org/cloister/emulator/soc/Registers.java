// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The registers of a device: words with effects. The bus calls it for aligned accesses of four bytes (and splits those
 * of eight); all else faults. Called by any thread, with no lock held.
 */
@ConsumerType
public interface Registers {
    /**
     * Reads a register.
     *
     * @param offset bytes from the base of the device, a multiple of four, within its size
     */
    int read(long offset);

    /**
     * Writes a register.
     *
     * @param offset bytes from the base of the device, a multiple of four, within its size
     * @param value what to write
     */
    void write(long offset, int value);
}
