// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

/**
 * Memory that the trusted OS knows by a cookie or an address and that parameters can refer to. OP-TEE calls it a
 * {@code mobj}. It is contiguous as far as its users are concerned; where its bytes are tell {@link #address} and
 * {@link #run}.
 */
public sealed interface MemoryObject permits SharedPages, MemoryRange {
    /** Bytes. */
    long size();

    /** The number of the use case that it is restricted for; zero when that is not known. */
    default int useCase() {
        return 0;
    }

    /** By what the normal world refers to it; zero when it does not. */
    long cookie();

    /** Tells whether it is out of the normal world's reach. */
    boolean isSecure();

    /** Tells whether it is restricted memory: what only applications for the secure data path may be given. */
    boolean isRestricted();

    /**
     * Tells whether the core of the trusted OS can use it itself. Lent memory, and what an application manages, is
     * mapped into applications only, so that this is false for it.
     */
    boolean isMappable();

    /** The physical address of the byte at {@code offset}, which lies within. */
    long address(long offset);

    /** How many bytes from {@code offset} on are contiguous in physical memory. */
    long run(long offset);

    /** Tells whether {@code size} bytes from {@code offset} on lie within; neither is trusted. */
    default boolean contains(long offset, long size) {
        return offset >= 0 && size >= 0 && offset <= size() - size;
    }
}
