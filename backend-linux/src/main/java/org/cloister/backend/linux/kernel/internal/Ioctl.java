// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import java.lang.foreign.MemoryLayout;

/**
 * A device request. Its number follows from what is passed (Linux: {@code asm-generic/ioctl.h}):
 *
 * <pre>
 *   bit 31 the kernel writes the structure | 30 it reads it | 29-16 size in bytes | 15-8 magic | 7-0 number
 * </pre>
 *
 * @param name the kernel's name for it
 * @param code the number that the kernel is passed
 * @param layout of the structure that is passed
 */
public record Ioctl(String name, int code, MemoryLayout layout) {
    private static final int KERNEL_WRITES = 2;
    private static final int KERNEL_READS = 1;

    /** A request whose structure the kernel reads ({@code _IOW}). */
    public static Ioctl in(String name, int magic, int number, MemoryLayout layout) {
        return of(name, KERNEL_READS, magic, number, layout);
    }

    /** A request whose structure the kernel writes ({@code _IOR}), whatever it reads of it besides. */
    public static Ioctl out(String name, int magic, int number, MemoryLayout layout) {
        return of(name, KERNEL_WRITES, magic, number, layout);
    }

    /** A request whose structure the kernel reads and writes ({@code _IOWR}). */
    public static Ioctl inOut(String name, int magic, int number, MemoryLayout layout) {
        return of(name, KERNEL_READS | KERNEL_WRITES, magic, number, layout);
    }

    /** A request without a structure ({@code _IO}). */
    public static Ioctl plain(String name, int magic, int number) {
        return of(name, 0, magic, number, MemoryLayout.structLayout());
    }

    private static Ioctl of(String name, int ways, int magic, int number, MemoryLayout layout) {
        return new Ioctl(name, ways << 30 | Math.toIntExact(layout.byteSize()) << 16 | magic << 8 | number, layout);
    }
}
