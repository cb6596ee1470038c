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

    /** Tells whether reading is part of this. */
    public boolean reads() {
        return (bits & 1) != 0;
    }

    /** Tells whether writing is part of this. */
    public boolean writes() {
        return (bits & 2) != 0;
    }

    /** Tells whether all that {@code wanted} asks for is part of this; {@link #NONE} is part of everything. */
    public boolean allows(Access wanted) {
        return (wanted.bits & ~bits) == 0;
    }

    /** The rights that are in this, in {@code other}, or in both. */
    public Access or(Access other) {
        return BY_BITS[bits | other.bits];
    }

    /** The rights that are both in this and in {@code other}. */
    public Access and(Access other) {
        return BY_BITS[bits & other.bits];
    }
}
