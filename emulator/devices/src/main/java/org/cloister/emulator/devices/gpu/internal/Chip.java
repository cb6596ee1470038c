// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

/** What the microcontroller is wired to. For the GPU's thread. */
interface Chip {
    /** Memory as the GPU sees it in its present mode. */
    VirtualMemory memory();

    /** The memory management unit. */
    AddressSpaces spaces();

    /** The interrupts of the firmware. */
    InterruptBlock jobs();

    /** What computes. */
    ShaderCores cores();

    /** A stream waits for protected mode, and the host knows. */
    void askedForProtectedMode();

    /** The host was told that its request for protected mode was heard, and nothing of it is done. */
    void acknowledgedProtectedMode();

    /** Whether it may go on, rather than stand still at a point that it came to. */
    boolean isClocked();

    /** From now on all accesses are those of protected mode. */
    void enterProtectedMode();

    /** From now on none is. */
    void leaveProtectedMode();

    /** Something failed in protected mode: everything stands still until a reset. */
    void protectedModeFault();
}
