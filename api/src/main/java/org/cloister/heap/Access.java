// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What somebody may do, or asks to do, with memory. A set of two rights, so that containment is a bit test.
 */
@ProviderType
public enum Access {
    /** Neither read nor write. */
    NONE(0),
    /** Read only. */
    READ(1),
    /** Write only, such as the rights of a CPU on memory that it may fill and never read back. */
    WRITE(2),
    /** Read and write. */
    READ_WRITE(3);

    private static final Access[] BY_BITS = {NONE, READ, WRITE, READ_WRITE};

    private final int bits;

    Access(int bits) {
        this.bits = bits;
    }

    /** {@return whether reading is part of this} */
    public boolean reads() {
        return (bits & 1) != 0;
    }

    /** {@return whether writing is part of this} */
    public boolean writes() {
        return (bits & 2) != 0;
    }

    /**
     * Tells whether all that is asked for is part of this.
     *
     * @param wanted what is asked for; {@link #NONE} is part of everything
     * @return whether it is
     */
    public boolean allows(Access wanted) {
        return (wanted.bits & ~bits) == 0;
    }

    /**
     * Adds rights.
     *
     * @param other the rights to add
     * @return the rights that are in this, in {@code other}, or in both
     */
    public Access or(Access other) {
        return BY_BITS[bits | other.bits];
    }

    /**
     * Keeps the rights that others have, too.
     *
     * @param other the rights to keep
     * @return the rights that are both in this and in {@code other}
     */
    public Access and(Access other) {
        return BY_BITS[bits & other.bits];
    }
}
