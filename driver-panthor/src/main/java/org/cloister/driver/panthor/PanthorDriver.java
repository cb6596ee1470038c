// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor;

import org.cloister.importer.Importer;
import org.osgi.annotation.versioning.ProviderType;

/** A Mali GPU, driven. Registered as a service with the property {@value #DEVICE}. Safe for use by any thread. */
@ProviderType
public interface PanthorDriver {
    /** Service property: the path of the device in the device tree. */
    String DEVICE = "device.name";
    /** How many groups there can be. */
    int MOST_GROUPS = 32;

    /** The full path of the GPU's node in the device tree. */
    String name();

    /** What it can do now. */
    Readiness readiness();

    /** The GPU as a reader of pictures, for negotiation of a heap. */
    Importer sourceImporter(boolean isProtected);

    /** The GPU as a writer of pictures, for negotiation of a heap. */
    Importer targetImporter(boolean isProtected);

    /**
     * Creates a group. There may be more of them than slots in the hardware: then they share these, and none starves.
     *
     * @param settings what is wanted
     * @return the group, to be closed by the caller
     * @throws org.cloister.heap.HeapException {@code BUSY} when there are {@value #MOST_GROUPS}; {@code UNAVAILABLE}
     *     for a protected one while there is no protected mode, with what that waits for; {@code NO_MEMORY} and others of
     *     the heap's; {@code FIRMWARE_DEAD} when the GPU does not answer; {@code CLOSED} when the driver is gone
     */
    GpuGroup createGroup(GroupSettings settings);
}
