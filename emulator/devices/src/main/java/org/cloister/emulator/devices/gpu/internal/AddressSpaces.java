// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.HostInterface;
import org.cloister.platform.mali.TranslationTable;

/**
 * The memory management unit: address spaces, their registers, and a buffer of translations, which goes stale unless it
 * is flushed. In protected mode commands wait until that is left, and say so in their status. Safe for use by any thread.
 */
final class AddressSpaces {
    static final int COUNT = 8;

    private static final int WRITE_ACCESS = 3 << 8;
    private static final int READ_ACCESS = 2 << 8;
    private static final long LOWER = 0xffff_ffffL;

    private final InterruptBlock interrupts;
    private final List<Space> spaces = new ArrayList<>(); // guarded by this, as are those below
    private final List<Runnable> heldBack = new ArrayList<>();
    private boolean holding;

    /** One of them. */
    private static final class Space {
        private long table;
        private long configuration;
        private long lock;
        private int faultStatus;
        private long faultAddress;
        private int pendingCommands;
        private long activeTable;
        private boolean mapped;
        private final Map<Long, Long> buffered = new HashMap<>(); // page → descriptor
    }

    AddressSpaces(InterruptBlock interrupts) {
        this.interrupts = interrupts;
        reset();
    }

    /** As after power-on. */
    synchronized void reset() {
        spaces.clear();
        heldBack.clear();
        holding = false;
        for (int i = 0; i < COUNT; i++) {
            spaces.add(new Space());
        }
    }

    /** Protected mode was entered, or left. */
    synchronized void hold(boolean inProtectedMode) {
        holding = inProtectedMode;
        if (!holding) {
            heldBack.forEach(Runnable::run);
            heldBack.clear();
        }
    }

    synchronized int read(int number, int register) {
        Space space = spaces.get(number);
        return switch (register) {
            case GpuRegister.AS_TABLE -> (int) space.table;
            case GpuRegister.AS_TABLE + 4 -> (int) (space.table >>> Integer.SIZE);
            case GpuRegister.AS_LOCK_ADDRESS -> (int) space.lock;
            case GpuRegister.AS_LOCK_ADDRESS + 4 -> (int) (space.lock >>> Integer.SIZE);
            case GpuRegister.AS_FAULT_STATUS -> space.faultStatus;
            case GpuRegister.AS_FAULT_ADDRESS -> (int) space.faultAddress;
            case GpuRegister.AS_FAULT_ADDRESS + 4 -> (int) (space.faultAddress >>> Integer.SIZE);
            case GpuRegister.AS_STATUS -> space.pendingCommands > 0 ? GpuRegister.AS_ACTIVE : 0;
            case GpuRegister.AS_CONFIGURATION -> (int) space.configuration;
            case GpuRegister.AS_CONFIGURATION + 4 -> (int) (space.configuration >>> Integer.SIZE);
            default -> 0;
        };
    }

    synchronized void write(int number, int register, int value) {
        Space space = spaces.get(number);
        switch (register) {
            case GpuRegister.AS_TABLE -> space.table = lower(space.table, value);
            case GpuRegister.AS_TABLE + 4 -> space.table = upper(space.table, value);
            case GpuRegister.AS_LOCK_ADDRESS -> space.lock = lower(space.lock, value);
            case GpuRegister.AS_LOCK_ADDRESS + 4 -> space.lock = upper(space.lock, value);
            case GpuRegister.AS_CONFIGURATION -> space.configuration = lower(space.configuration, value);
            case GpuRegister.AS_CONFIGURATION + 4 -> space.configuration = upper(space.configuration, value);
            case GpuRegister.AS_COMMAND -> command(space, value);
            default -> { }
        }
    }

    private static long lower(long whole, int half) {
        return whole & ~LOWER | Integer.toUnsignedLong(half);
    }

    private static long upper(long whole, int half) {
        return whole & LOWER | (long) half << Integer.SIZE;
    }

    private void command(Space space, int command) {
        if (holding) {
            space.pendingCommands++;
            heldBack.add(() -> {
                space.pendingCommands--;
                obey(space, command);
            });
        } else {
            obey(space, command);
        }
    }

    private static void obey(Space space, int command) {
        switch (command) {
            case GpuRegister.AS_UPDATE -> {
                space.activeTable = TranslationTable.target(space.table);
                space.mapped = (space.configuration & 0xf) == GpuRegister.AS_TABLES_4K;
                space.buffered.clear();
            }
            case GpuRegister.AS_FLUSH_TABLES, GpuRegister.AS_FLUSH_MEMORY, GpuRegister.AS_UNLOCK ->
                    space.buffered.clear();
            default -> { }
        }
    }

    /**
     * Translates an address.
     *
     * @param tables by which tables are read
     * @return the physical address
     * @throws GpuFault when nothing is there, or it may not be written
     */
    synchronized long translate(int number, long address, boolean write, PhysicalMemory tables) {
        Space space = spaces.get(number);
        long page = address & -TranslationTable.PAGE;
        Long descriptor = space.buffered.get(page);
        if (descriptor == null) {
            descriptor = walk(space, number, address, write, tables);
            space.buffered.put(page, descriptor);
        }
        if (write && !TranslationTable.isWritable(descriptor)) {
            throw new GpuFault(HostInterface.PERMISSION_FAULT, number, address, true);
        }
        return TranslationTable.target(descriptor) | address & TranslationTable.PAGE - 1;
    }

    private static long walk(Space space, int number, long address, boolean write, PhysicalMemory tables) {
        if (!space.mapped || address >>> TranslationTable.VA_BITS != 0) {
            throw new GpuFault(HostInterface.TRANSLATION_FAULT, number, address, write);
        }
        long table = space.activeTable;
        for (int level = 0; level < TranslationTable.LEVELS; level++) {
            long descriptor = tables.readLong(table + Long.BYTES * (long) TranslationTable.index(level, address));
            if (!TranslationTable.isValid(descriptor)) {
                throw new GpuFault(HostInterface.TRANSLATION_FAULT, number, address, write);
            }
            table = level == TranslationTable.LEVELS - 1 ? descriptor : TranslationTable.target(descriptor);
        }
        return table;
    }

    /** Tells the host of a fault. */
    void report(GpuFault fault) {
        synchronized (this) {
            Space space = spaces.get(fault.addressSpace());
            space.faultStatus = fault.exception() | (fault.isWrite() ? WRITE_ACCESS : READ_ACCESS);
            space.faultAddress = fault.address();
        }
        interrupts.raise(1 << fault.addressSpace());
    }
}
