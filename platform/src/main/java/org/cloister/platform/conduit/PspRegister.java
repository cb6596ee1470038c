// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.conduit;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Registers of AMD's secure processor by which the normal world reaches its trusted OS. Where they are depends on the
 * generation (Linux: {@code drivers/crypto/ccp/sp-pci.c}).
 *
 * <table>
 *   <caption>Offsets</caption>
 *   <tr><th>register</th><th>generation 1</th><th>generation 2</th></tr>
 *   <tr><td>COMMAND_RESPONSE</td><td>0x10544</td><td>0x10944</td></tr>
 *   <tr><td>ADDRESS_LOW</td><td>0x10548</td><td>0x10948</td></tr>
 *   <tr><td>ADDRESS_HIGH</td><td>0x1054c</td><td>0x1094c</td></tr>
 *   <tr><td>RING_WRITE</td><td>0x10550</td><td>0x10950</td></tr>
 *   <tr><td>RING_READ</td><td>0x10554</td><td>0x10954</td></tr>
 * </table>
 */
@ProviderType
public enum PspRegister {
    /** Mailbox: a command is written to it, and the response replaces it; see {@link PspMailbox}. */
    COMMAND_RESPONSE(0x10544),
    /** Mailbox: bits 31:0 of the address of what the command is about. */
    ADDRESS_LOW(0x10548),
    /** Mailbox: bits 63:32. */
    ADDRESS_HIGH(0x1054c),
    /** Ring: bytes from its start to where the next command is written; writing it rings the bell. */
    RING_WRITE(0x10550),
    /** Ring: bytes from its start to the next command that is read; the secure processor's. */
    RING_READ(0x10554);

    private static final int LATER = 0x400;

    private final int first;

    PspRegister(int first) {
        this.first = first;
    }

    /**
     * Where the register is.
     *
     * @param generation 1 or 2
     */
    public int offset(int generation) {
        return generation == 1 ? first : first + LATER;
    }
}
