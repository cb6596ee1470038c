// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.mali;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Offsets of registers, and their bits. All have 32 bits; those that are said to have 64 are two, the lower half first.
 * (Linux: {@code panthor_regs.h}.)
 *
 * <p>Each of the three interrupt sources has a block of four: raw status, clear, mask, status.
 */
@ProviderType
public final class GpuRegister {
    /** Bytes from the first register to behind the last doorbell that is used. */
    public static final long SIZE = 0x20_0000;

    /** Architecture in bits 31:28 (major) and 27:24 (minor), product in 19:16. */
    public static final int GPU_ID = 0x0;
    /** Bits 7:0 virtual, 15:8 physical address bits. */
    public static final int MMU_FEATURES = 0x14;
    /** A bit for each address space that there is. */
    public static final int AS_PRESENT = 0x18;
    /** The block of interrupts of the GPU: {@link #FAULT} and after. */
    public static final int GPU_INTERRUPT = 0x20;
    /** Commands: {@link #SOFT_RESET}. */
    public static final int GPU_COMMAND = 0x30;
    /** State: {@link #PROTM_ACTIVE}. */
    public static final int GPU_STATUS = 0x34;
    /** Starts and stops the microcontroller. */
    public static final int MCU_CONTROL = 0x700;
    /** State of the microcontroller: disabled 0, enabled 1, halted 2, fatal 3. */
    public static final int MCU_STATUS = 0x704;
    /** The block of interrupts of the firmware: a bit for each group, and {@link #GLOBAL_INTERFACE}. */
    public static final int JOB_INTERRUPT = 0x1000;
    /** The block of interrupts of the address spaces: a bit for each. */
    public static final int MMU_INTERRUPT = 0x2000;
    /** The first doorbell; 0x10000 to the next. Number 0 is that of the global interface. */
    public static final int DOORBELL = 0x8_0000;
    /** Bytes from one doorbell to the next. */
    public static final int DOORBELL_STRIDE = 0x1_0000;

    /** Within a block of interrupts: what happened, whether masked or not. */
    public static final int RAW = 0x0;
    /** Within a block of interrupts: ones clear. */
    public static final int CLEAR = 0x4;
    /** Within a block of interrupts: ones let through. */
    public static final int MASK = 0x8;
    /** Within a block of interrupts: what happened and is let through. */
    public static final int STATUS = 0xc;

    /** Interrupt of the GPU: the bus or the chip failed. */
    public static final int FAULT = 1;
    /** Interrupt of the GPU: something failed in protected mode; only a reset helps. */
    public static final int PROTM_FAULT = 1 << 1;
    /** Interrupt of the GPU: a reset is over. */
    public static final int RESET_COMPLETED = 1 << 8;
    /** State of the GPU: it is in protected mode. */
    public static final int PROTM_ACTIVE = 1 << 7;
    /** Interrupt of the firmware: the global interface. */
    public static final int GLOBAL_INTERFACE = 1 << 31;

    /** Command of the GPU. */
    public static final int SOFT_RESET = 1 | 1 << 8;

    /** Microcontroller: off. */
    public static final int MCU_DISABLE = 0;
    /** Microcontroller: on, and on again after each power-down. */
    public static final int MCU_AUTO = 2;
    /** State of the microcontroller: off. */
    public static final int MCU_DISABLED = 0;
    /** State of the microcontroller: on. */
    public static final int MCU_ENABLED = 1;
    /** State of the microcontroller: it obeyed a request to halt. */
    public static final int MCU_HALT = 2;
    /** State of the microcontroller: it met something it cannot survive. */
    public static final int MCU_FATAL = 3;

    /** Of an address space, 64 bits: the physical address of its first table. */
    public static final int AS_TABLE = 0x0;
    /** Of an address space, 64 bits: what is locked; bits 5:0 log2 of the size, less one. */
    public static final int AS_LOCK_ADDRESS = 0x10;
    /** Of an address space: {@link #AS_UPDATE} and after. */
    public static final int AS_COMMAND = 0x18;
    /** Of an address space: what went wrong; bits 7:0 the exception, 9:8 the access. */
    public static final int AS_FAULT_STATUS = 0x1c;
    /** Of an address space, 64 bits: at which virtual address. */
    public static final int AS_FAULT_ADDRESS = 0x20;
    /** Of an address space: bit 0 while a command is being obeyed. */
    public static final int AS_STATUS = 0x28;
    /** Of an address space, 64 bits: how addresses are translated; bits 3:0 the mode. */
    public static final int AS_CONFIGURATION = 0x30;
    /** Mode of translation: nothing is mapped. */
    public static final int AS_UNMAPPED = 1;
    /** Mode of translation: by tables, see {@link TranslationTable}. */
    public static final int AS_TABLES_4K = 6;
    /** Command: take table and mode over. */
    public static final int AS_UPDATE = 1;
    /** Command: hold accesses to a range back. */
    public static final int AS_LOCK = 2;
    /** Command: let them go on. */
    public static final int AS_UNLOCK = 3;
    /** Command: forget translations. */
    public static final int AS_FLUSH_TABLES = 4;
    /** Command: forget translations and caches. */
    public static final int AS_FLUSH_MEMORY = 5;
    /** State of an address space: a command is being obeyed. */
    public static final int AS_ACTIVE = 1;

    /** Where the firmware's files are. */
    public static final String FIRMWARE_DIRECTORY = "arm/mali";

    private static final int AS_BASE = 0x2400;
    private static final int AS_SHIFT = 6;

    private GpuRegister() {}

    /** The register {@code register} of address space {@code number}. */
    public static int of(int number, int register) {
        return AS_BASE + (number << AS_SHIFT) + register;
    }

    /** The doorbell {@code number}. */
    public static int doorbell(int number) {
        return DOORBELL + number * DOORBELL_STRIDE;
    }

    /** The path of the firmware for a GPU of that id. */
    public static String firmwarePath(int gpuId) {
        return "%s/arch%d.%d/mali_csffw.bin".formatted(FIRMWARE_DIRECTORY, gpuId >>> 28, gpuId >>> 24 & 0xf);
    }
}
