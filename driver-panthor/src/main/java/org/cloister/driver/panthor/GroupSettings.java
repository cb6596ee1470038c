// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a client wants of a group.
 *
 * @param isProtected whether it works in protected mode: reads all memory, and writes restricted memory only. A group
 *     that does not reads and writes normal memory only
 * @param priority 0 (lowest) to {@value #MAX_PRIORITY}; decides who is first to get a slot of the
 *     hardware, to enter protected mode, and to be served by the firmware; who waits rises, so that nobody starves
 */
@ProviderType
public record GroupSettings(boolean isProtected, int priority) {
    /** The highest priority. */
    public static final int MAX_PRIORITY = 15;

    /** Checks the components. */
    public GroupSettings {
        if (priority < 0 || priority > MAX_PRIORITY) {
            throw new IllegalArgumentException("priority %d is not in 0 to %d".formatted(priority, MAX_PRIORITY));
        }
    }
}
