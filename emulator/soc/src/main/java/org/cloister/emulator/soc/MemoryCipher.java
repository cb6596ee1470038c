// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The cipher of a memory-encryption unit: a permutation of each block that depends on the block's address and on a key
 * that the unit keeps to itself. Called by any thread, with a lock on the page that the blocks are in.
 */
@ConsumerType
public interface MemoryCipher {
    /** Bytes of a block; blocks lie at multiples. */
    int BLOCK = 16;
    /** Bytes of a page; no call leaves one. */
    int PAGE = 4096;

    /**
     * Encrypts blocks in place.
     *
     * @param address the physical address of the first, a multiple of {@value #BLOCK}
     * @param blocks one or more whole blocks, within one page
     */
    void encrypt(long address, byte[] blocks);

    /**
     * Decrypts blocks in place.
     *
     * @param address the physical address of the first, a multiple of {@value #BLOCK}
     * @param blocks one or more whole blocks, within one page
     */
    void decrypt(long address, byte[] blocks);
}
