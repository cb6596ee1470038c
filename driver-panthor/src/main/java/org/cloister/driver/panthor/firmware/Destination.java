// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import org.osgi.annotation.versioning.ProviderType;

/** The memory that what an entry describes belongs in. */
@ProviderType
public enum Destination {
    /** Memory of a restricted heap: the CPU cannot look into it. */
    RESTRICTED("restricted heap"),
    /** Normal memory that the CPU goes on using, too. */
    SHARED("normal memory, shared"),
    /** Normal memory. */
    NORMAL("normal memory"),
    /** None: it describes something. */
    NONE("-");

    private final String label;

    Destination(String label) {
        this.label = label;
    }

    /** For people. */
    public String label() {
        return label;
    }
}
