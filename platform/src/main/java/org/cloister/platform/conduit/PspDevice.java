// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * AMD's secure processor as the normal world sees it: the registers of its function on the bus. Registered as a service
 * while the secure processor is there, with the property {@link #GENERATION}. Everything else goes through normal memory:
 * a ring of {@link #RING_ENTRIES} entries, and buffers.
 *
 * <p>Safe for use by any thread.
 */
@ConsumerType
public interface PspDevice {
    /** Service property: the generation of its registers, 1 or 2, an {@link Integer}. */
    String GENERATION = "psp.generation";
    /** Entries of the ring. */
    int RING_ENTRIES = 32;
    /** What a register reads as when nobody answers. */
    int ABSENT = -1;

    /** The generation of its registers, 1 or 2. */
    int generation();

    /**
     * Reads a register.
     *
     * @param register which
     * @return what is in it; {@link #ABSENT} when the secure processor is gone or without power
     */
    int read(PspRegister register);

    /**
     * Writes a register; nothing happens when the secure processor is gone or without power.
     *
     * @param register which
     * @param value what to write
     */
    void write(PspRegister register, int value);
}
