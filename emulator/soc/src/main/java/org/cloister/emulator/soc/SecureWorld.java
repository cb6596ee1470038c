// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.time.Duration;
import org.cloister.platform.PhysicalMemory;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The authority of the secure world: whoever holds this object may program the firewall and act as a secure
 * initiator. It is handed to {@link Firmware#boot} and to nobody else; there is no other way to get it. Firmware keeps
 * it private.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface SecureWorld {
    /** The board it has authority over. */
    Soc soc();

    /**
     * Physical memory as a secure initiator sees it.
     *
     * @param initiator the name of any initiator of the board, such as {@code "cpu-secure"}
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when the board has no such initiator
     */
    PhysicalMemory memory(String initiator);

    /**
     * Programs the firewall, atomically: when this returns, no access that the new program refuses is still in
     * flight, be it a word, a bulk transfer or an open window. From the start of the call on, what the new program
     * refuses is refused; leases that it does not cut are not disturbed; what it grants is granted when this returns.
     *
     * @param update what to change
     * @param timeout how long to wait for open leases that the new program cuts; zero tests only
     * @throws org.cloister.heap.HeapException and the firewall is as it was: {@code NO_REGION} when the hardware has
     *     not enough regions left, {@code NOT_SUPPORTED} for rights that the hardware cannot express,
     *     {@code INVALID_ARGUMENT} for ranges that it cannot hold or names that are not there, {@code TIMED_OUT} when
     *     a lease (named in the message) outlived the timeout, {@code INTERRUPTED}
     */
    void program(FirewallUpdate update, Duration timeout);

    /**
     * Has a memory-encryption unit encrypt a range from now on. What its cells hold stays as it is, and is ciphertext
     * of nothing in particular. An access that is under way sees them in the old way or the new.
     *
     * @param memory the range, its cipher, and who has the key
     * @return ends it; the cells keep their ciphertext
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when there is no memory in some part of the
     *     range, {@code ALREADY_EXISTS} when a part of it is encrypted already
     */
    Registration encrypt(EncryptedMemory memory);
}
