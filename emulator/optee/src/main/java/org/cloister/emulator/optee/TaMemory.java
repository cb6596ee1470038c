// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory that a client passed, as the trusted application may use it. Valid for the duration of the call. Leaving its
 * bounds throws {@link IndexOutOfBoundsException}, a panic unless caught.
 *
 * <p>The normal world can change its own memory at any time: read what is checked once.
 */
@ProviderType
public interface TaMemory {
    /** Right: read. */
    int READ = 1;
    /** Right: write. */
    int WRITE = 2;
    /** Right: memory need not belong to the application. */
    int ANY_OWNER = 4;
    /** Right: memory must be the normal world's. */
    int NONSECURE = 0x10000000;
    /** Right: memory must be out of the normal world's reach. */
    int SECURE = 0x20000000;

    /** Bytes. */
    long size();

    /**
     * The number of the use case that the normal world lent restricted memory for, or that it was set aside for at boot;
     * zero when that is not known.
     */
    default int useCase() {
        return 0;
    }

    /**
     * Tells whether the application has rights on all of it (GlobalPlatform: {@code TEE_CheckMemoryAccessRights}).
     *
     * @param rights a combination of the constants
     * @return {@code SUCCESS}, or {@code ACCESS_DENIED}
     */
    int check(int rights);

    /**
     * Tells whether this may take over the content of other memory: both are out of the normal world's reach, apart from
     * one another, for the same use case as far as that is known, and no device can do more with this than with the
     * other.
     */
    default boolean canSucceed(TaMemory other) {
        return false;
    }

    /** Copies {@code into.byteSize()} bytes from {@code offset} on out of it. */
    void read(long offset, MemorySegment into);

    /** Copies all of {@code from} to {@code offset}. */
    void write(long offset, MemorySegment from);
}
