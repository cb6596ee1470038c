// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/**
 * A contiguous memory object.
 *
 * @param kind what it is
 * @param cookie by what the normal world refers to it; zero when it does by address only
 * @param base physical address of the first byte
 * @param size bytes
 * @param useCase the number of the use case that it was lent or set aside for; zero for none
 */
public record MemoryRange(Kind kind, long cookie, long base, long size, int useCase) implements MemoryObject {
    /** Memory of no use case. */
    public MemoryRange(Kind kind, long cookie, long base, long size) {
        this(kind, cookie, base, size, 0);
    }

    /** What a contiguous memory object is. */
    public enum Kind {
        /** Memory that the normal world lent, protected until it is taken back. */
        LENT,
        /** Protected memory that is the secure world's for good. */
        STATIC,
        /** Protected memory that a trusted application manages. */
        MANAGED,
        /** Normal memory that is set aside for messages between the worlds. */
        RESERVED
    }

    @Override
    public boolean isSecure() {
        return kind != Kind.RESERVED;
    }

    @Override
    public boolean isRestricted() {
        return isSecure();
    }

    @Override
    public boolean isMappable() {
        return kind == Kind.STATIC || kind == Kind.RESERVED;
    }

    @Override
    public long address(long offset) {
        return base + offset;
    }

    @Override
    public long run(long offset) {
        return size - offset;
    }
}
