// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform;

import java.util.Objects;
import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An access was blocked on the bus. The normal world sees it as an external abort; it names who, where, why, and by
 * which firewall region (or that none matched).
 */
@ProviderType
public final class BusFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Initiator initiator;
    private final long address;
    private final long length;
    private final Access access;
    private final String region;
    private final String reason;

    /**
     * Makes a fault.
     *
     * @param initiator who accessed
     * @param address the first byte that was refused
     * @param length bytes of the whole access
     * @param access what was tried
     * @param region the firewall region that decided, or a phrase such as {@code "no region"}
     * @param reason why it was refused
     */
    public BusFault(Initiator initiator, long address, long length, Access access, String region, String reason) {
        super("%s: %s of %d bytes at 0x%x blocked by %s: %s"
                .formatted(initiator, access, length, address, region, reason));
        this.initiator = Objects.requireNonNull(initiator, "initiator");
        this.address = address;
        this.length = length;
        this.access = Objects.requireNonNull(access, "access");
        this.region = Objects.requireNonNull(region, "region");
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Who accessed. */
    public Initiator initiator() {
        return initiator;
    }

    /** The first byte that was refused. */
    public long address() {
        return address;
    }

    /** Bytes of the whole access. */
    public long length() {
        return length;
    }

    /** What was tried. */
    public Access access() {
        return access;
    }

    /** The firewall region that decided, or a phrase that says that none did. */
    public String region() {
        return region;
    }

    /** Why it was refused. */
    public String reason() {
        return reason;
    }
}
