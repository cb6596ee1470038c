// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayList;
import java.util.List;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.TranslationTable;

/**
 * An address space of the GPU's: tables in normal memory, and the registers that tell the GPU of them. Changed in normal
 * mode only. For the driver's thread.
 */
final class AddressSpace {
    private static final int WHOLE = TranslationTable.VA_BITS - 1;

    private final int number;
    private final RegisterBlock registers;
    private final NormalMemory memory;
    private final long root;
    private final List<Long> tables = new ArrayList<>();

    AddressSpace(int number, RegisterBlock registers, NormalMemory memory) {
        this.number = number;
        this.registers = registers;
        this.memory = memory;
        this.root = newTable();
    }

    private long newTable() {
        long table = memory.take(TranslationTable.PAGE);
        tables.add(table);
        return table;
    }

    int number() {
        return number;
    }

    /** Has the GPU use it; again after each reset. */
    void activate() {
        registers.writeLong(GpuRegister.of(number, GpuRegister.AS_TABLE), root);
        registers.writeLong(GpuRegister.of(number, GpuRegister.AS_CONFIGURATION), GpuRegister.AS_TABLES_4K);
        command(GpuRegister.AS_UPDATE);
    }

    /** Has the GPU forget it. */
    void deactivate() {
        registers.writeLong(GpuRegister.of(number, GpuRegister.AS_CONFIGURATION), GpuRegister.AS_UNMAPPED);
        command(GpuRegister.AS_UPDATE);
    }

    /** Maps one range. */
    void map(long address, long physical, long size, boolean writable, boolean executable) {
        for (long done = 0; done < size; done += TranslationTable.PAGE) {
            memory.cpu().writeLong(slot(address + done),
                    TranslationTable.page(physical + done, writable, executable));
        }
    }

    /** Maps ranges one behind the other. */
    void map(long address, List<MemoryRange> ranges, boolean writable) {
        long at = address;
        for (MemoryRange range : ranges) {
            map(at, range.address(), range.length(), writable, false);
            at += range.length();
        }
    }

    /** Takes what is mapped away; counts when it is flushed. */
    void unmap(long address, long size) {
        for (long done = 0; done < size; done += TranslationTable.PAGE) {
            memory.cpu().writeLong(slot(address + done), 0);
        }
    }

    /** Where the descriptor of a page is. */
    private long slot(long address) {
        long table = root;
        for (int level = 0; level < TranslationTable.LEVELS - 1; level++) {
            long at = table + Long.BYTES * (long) TranslationTable.index(level, address);
            long descriptor = memory.cpu().readLong(at);
            if (!TranslationTable.isValid(descriptor)) {
                descriptor = TranslationTable.table(newTable());
                memory.cpu().writeLong(at, descriptor);
            }
            table = TranslationTable.target(descriptor);
        }
        return table + Long.BYTES * (long) TranslationTable.index(TranslationTable.LEVELS - 1, address);
    }

    /** Makes changes count. */
    void flush() {
        registers.writeLong(GpuRegister.of(number, GpuRegister.AS_LOCK_ADDRESS), WHOLE);
        command(GpuRegister.AS_LOCK);
        command(GpuRegister.AS_FLUSH_MEMORY);
        command(GpuRegister.AS_UNLOCK);
    }

    private void command(int command) {
        registers.write(GpuRegister.of(number, GpuRegister.AS_COMMAND), command);
        if ((registers.read(GpuRegister.of(number, GpuRegister.AS_STATUS)) & GpuRegister.AS_ACTIVE) != 0) {
            throw new IllegalStateException("address space %d does not obey, as in protected mode".formatted(number));
        }
    }

    /** Gives the tables back. */
    void close() {
        tables.forEach(memory::giveBack);
        tables.clear();
    }
}
