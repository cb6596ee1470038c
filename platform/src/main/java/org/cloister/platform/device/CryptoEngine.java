// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A crypto accelerator. It fetches keys from memory and makes them there; there is no register by which a key goes in
 * or out. Registered as a service with the property {@value #NAME}.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface CryptoEngine {
    /** Service property: the {@link #name()}. */
    String NAME = "device.name";
    /** How many jobs may wait. */
    int QUEUE_DEPTH = 32;

    /** The full path of its node in the device tree. */
    String name();

    /** Under whose name it reads and writes memory. */
    Initiator initiator();

    /** What its address generator can do. */
    DmaLimits limits();

    /**
     * Queues a job, to be done after those before it. Returns at once.
     *
     * @param cookie comes back in exactly one event; until then the memory of the job belongs to the engine
     * @param job what to do
     * @param listener told what became of it, on the device's thread; be quick
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} for memory that is too short or that the address
     *     generator cannot follow, and for sizes of keys that it does not have; {@code BUSY} when the queue is full;
     *     {@code CLOSED} when the device is gone
     */
    void submit(long cookie, CryptoJob job, CryptoListener listener);
}
