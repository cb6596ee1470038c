// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Set;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A memory-encryption unit as the normal world sees it: some memory holds ciphertext, and engines that were put into
 * secure mode have the key. Who has it not is not blocked; he reads ciphertext, and what he writes turns into garbage.
 * (AMD: TMZ, where the page tables of the secure engines say which pages are encrypted.) Registered as a service, one
 * for a board; its node in the device tree, compatible with {@value #COMPATIBLE}, says what the memory is for, by
 * {@link org.cloister.platform.dt.HeapProperties}:
 *
 * <pre>{@code
 * memory-encryption {
 *     compatible = "cloister,memory-encryption";
 *     secure-video {
 *         cloister,memory = <0x0 0xa0000000 0x0 0x4000000>;     // base and size
 *         cloister,use-case = "secure-video";
 *         cloister,use-case-id = <256>;                         // of a use case of the vendor's only
 *         cloister,heap-name = "encrypted,secure-video";
 *     };
 * };
 * }</pre>
 *
 * <p>The unit has an engine that copies in secure mode, the one way by which clear text of the normal world gets into
 * encrypted memory. There is no way back.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface MemoryEncryption {
    /** Compatible of the unit's node below {@code /firmware}. */
    String COMPATIBLE = "cloister,memory-encryption";
    /** Of a child of that node: base and size of the memory, two cells each. */
    String MEMORY = "cloister,memory";

    /** How memory is encrypted, for people, such as {@code "AES-128-XTS"}. */
    String cipher();

    /** The initiators that read and write clear text; the copy engine is among them. */
    Set<String> engines();

    /** Tells whether all of a range is encrypted, as one piece. */
    boolean encrypts(long address, long length);

    /**
     * Copies into encrypted memory. The ranges do not overlap.
     *
     * @param from where clear text is, or memory of the same piece of encrypted memory
     * @param to an address of encrypted memory
     * @param length bytes, greater than zero
     * @throws org.cloister.heap.HeapException and nothing was written: {@code NOT_PERMITTED} when the target is not
     *     encrypted, or the source is another piece of encrypted memory; {@code INVALID_ARGUMENT} for lengths that are
     *     none and ranges that overlap; {@code FIRMWARE_DEAD} when the unit is off
     * @throws org.cloister.platform.BusFault when a firewall blocks the engine
     */
    void copy(long from, long to, long length);

    /**
     * Sets encrypted memory to zeros, as the secure engines see it.
     *
     * @param address the first byte
     * @param length bytes, greater than zero
     * @throws org.cloister.heap.HeapException and nothing was written: {@code NOT_PERMITTED} when it is not encrypted,
     *     {@code INVALID_ARGUMENT} for lengths that are none, {@code FIRMWARE_DEAD} when the unit is off
     */
    void clear(long address, long length);
}
