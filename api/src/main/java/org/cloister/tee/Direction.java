// SPDX-License-Identifier: Apache-2.0
package org.cloister.tee;

import org.osgi.annotation.versioning.ProviderType;

/** Which way a parameter travels, seen from the client. */
@ProviderType
public enum Direction {
    /** From the client to the trusted application. */
    INPUT,
    /** From the trusted application to the client. */
    OUTPUT,
    /** Both ways. */
    INOUT;

    /** {@return whether the trusted application gets to see it} */
    public boolean isInput() {
        return this != OUTPUT;
    }

    /** {@return whether the trusted application may change it} */
    public boolean isOutput() {
        return this != INPUT;
    }

    /**
     * Tells whether memory of this direction may be used as a parameter of another.
     *
     * @param wanted the parameter's direction
     * @return whether it may
     */
    public boolean permits(Direction wanted) {
        return this == INOUT || this == wanted;
    }
}
