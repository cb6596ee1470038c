// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.inspect;

import java.util.Objects;
import org.cloister.heap.Access;
import org.osgi.annotation.versioning.ProviderType;

/**
 * An access that the bus blocked.
 *
 * @param number counts the blocked accesses of a board, from 1
 * @param nanos when, on the board's clock
 * @param initiator the name of who accessed
 * @param address the first byte that was refused
 * @param length bytes of the whole access
 * @param access what was tried
 * @param region the firewall region that decided, or a phrase that says that none did
 * @param reason why it was refused
 */
@ProviderType
public record BlockedAccess(long number, long nanos, String initiator, long address, long length, Access access,
        String region, String reason) {
    /** Checks that nothing is missing. */
    public BlockedAccess {
        Objects.requireNonNull(initiator, "initiator");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(region, "region");
        Objects.requireNonNull(reason, "reason");
    }
}
