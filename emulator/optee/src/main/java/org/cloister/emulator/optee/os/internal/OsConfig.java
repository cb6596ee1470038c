// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Objects;
import java.util.Optional;

/**
 * How the trusted OS was built (OP-TEE: {@code CFG_*}).
 *
 * @param threads how many calls can be under way at once
 * @param major version of the trusted OS
 * @param minor version of the trusted OS
 * @param protectedMemory how it offers restricted memory
 * @param reserved normal memory that is set aside for messages, with the SMC interface
 * @param heap bytes of heap that is left for objects
 * @param window bytes of address space for memory of the normal world
 */
public record OsConfig(int threads, int major, int minor, ProtectedMemory protectedMemory,
        Optional<MemoryRange> reserved, long heap, long window) {
    /** As built for QEMU's {@code virt} machine in August 2026. */
    public static final OsConfig QEMU = new OsConfig(2, 4, 10, new ProtectedMemory.None(), Optional.empty(),
            160 * 1024, 32L << 20);

    /** Checks the components. */
    public OsConfig {
        Objects.requireNonNull(protectedMemory, "protectedMemory");
        Objects.requireNonNull(reserved, "reserved");
        if (threads < 1) {
            throw new IllegalArgumentException("a trusted OS needs a thread, not " + threads);
        }
    }

    /** The same with other restricted memory. */
    public OsConfig with(ProtectedMemory other) {
        return new OsConfig(threads, major, minor, other, reserved, heap, window);
    }

    /** The same with other reserved memory. */
    public OsConfig withReserved(long base, long size) {
        return new OsConfig(threads, major, minor, protectedMemory,
                Optional.of(new MemoryRange(MemoryRange.Kind.RESERVED, 0, base, size)), heap, window);
    }

    /** The same with another number of threads. */
    public OsConfig withThreads(int count) {
        return new OsConfig(count, major, minor, protectedMemory, reserved, heap, window);
    }
}
