// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * How OP-TEE's pseudo TA {@code device} is asked for trusted applications. Each command fills a memory parameter with
 * uuids of 16 bytes, most significant byte first, and answers {@code SHORT_BUFFER} when not all fit.
 *
 * <p>{@link #LIST_MEMORY} is Cloister's own: kernel reviewers asked that drivers need not know by heart which trusted
 * application serves restricted memory. A trusted OS that has no such command answers {@code NOT_IMPLEMENTED}.
 */
@ProviderType
public final class DeviceEnumeration {
    /** The uuid of the application. */
    public static final UUID APPLICATION = UUID.fromString("7011a688-ddde-4053-a5a9-7b3c4ddf13b8");
    /** Command: those that are devices and need nothing of the normal world. */
    public static final int LIST = 0;
    /** Command: those that need the supplicant. */
    public static final int LIST_FOR_SUPPLICANT = 1;
    /** Command: those that need its storage. */
    public static final int LIST_FOR_STORAGE = 2;
    /** Command: those that serve restricted memory, the preferred one first. */
    public static final int LIST_MEMORY = 0x434c0000;
    /** Bytes of a uuid. */
    public static final int UUID_BYTES = 16;

    private DeviceEnumeration() {}
}
