// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.TranslationTable;

/**
 * An address space of the GPU's: tables in normal memory, and the registers that tell the GPU of them. Changed in normal
 * mode only. For the driver's thread.
 */
final class AddressSpace {
    private static final int WHOLE = TranslationTable.VA_BITS - 1;

    private final RegisterBlock registers;
    private final NormalMemory memory;
    private final long root;
    private final List<Long> tables = new ArrayList<>();
    private OptionalInt number = OptionalInt.empty(); // none: the GPU does not know it

    AddressSpace(RegisterBlock registers, NormalMemory memory) {
        this.registers = registers;
        this.memory = memory;
        this.root = newTable();
    }

    private long newTable() {
        long table = memory.take(TranslationTable.PAGE);
        tables.add(table);
        return table;
    }

    /** Has the GPU know it by a number; again after each reset. */
    void activate(int as) {
        number = OptionalInt.of(as);
        registers.writeLong(GpuRegister.of(as, GpuRegister.AS_TABLE), root);
        registers.writeLong(GpuRegister.of(as, GpuRegister.AS_CONFIGURATION), GpuRegister.AS_TABLES_4K);
        command(as, GpuRegister.AS_UPDATE);
    }

    /** Has the GPU forget it. */
    void deactivate() {
        number.ifPresent(as -> {
            registers.writeLong(GpuRegister.of(as, GpuRegister.AS_CONFIGURATION), GpuRegister.AS_UNMAPPED);
            command(as, GpuRegister.AS_UPDATE);
        });
        forgotten();
    }

    /** The GPU was reset, and has forgotten it. */
    void forgotten() {
        number = OptionalInt.empty();
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

    /** Takes what is mapped away; counts when it is flushed. Takes no memory, so that it cannot fail. */
    void unmap(long address, long size) {
        for (long done = 0; done < size; done += TranslationTable.PAGE) {
            OptionalLong table = lastTable(address + done, OptionalLong::empty);
            if (table.isPresent()) {
                memory.cpu().writeLong(entry(table.getAsLong(), TranslationTable.LEVELS - 1, address + done), 0);
            }
        }
    }

    /** Where the descriptor of a page is. */
    private long slot(long address) {
        long table = lastTable(address, () -> OptionalLong.of(newTable())).orElseThrow();
        return entry(table, TranslationTable.LEVELS - 1, address);
    }

    /** The table that has the descriptors of pages; tables that are missing on the way are as {@code missing} says. */
    private OptionalLong lastTable(long address, Supplier<OptionalLong> missing) {
        long table = root;
        for (int level = 0; level < TranslationTable.LEVELS - 1; level++) {
            long at = entry(table, level, address);
            long descriptor = memory.cpu().readLong(at);
            if (!TranslationTable.isValid(descriptor)) {
                OptionalLong next = missing.get();
                if (next.isEmpty()) {
                    return next;
                }
                descriptor = TranslationTable.table(next.getAsLong());
                memory.cpu().writeLong(at, descriptor);
            }
            table = TranslationTable.target(descriptor);
        }
        return OptionalLong.of(table);
    }

    private static long entry(long table, int level, long address) {
        return table + Long.BYTES * (long) TranslationTable.index(level, address);
    }

    /** Makes changes count; nothing is to be done when the GPU does not know it. */
    void flush() {
        number.ifPresent(as -> {
            registers.writeLong(GpuRegister.of(as, GpuRegister.AS_LOCK_ADDRESS), WHOLE);
            command(as, GpuRegister.AS_LOCK);
            command(as, GpuRegister.AS_FLUSH_MEMORY);
            command(as, GpuRegister.AS_UNLOCK);
        });
    }

    private void command(int as, int command) {
        registers.write(GpuRegister.of(as, GpuRegister.AS_COMMAND), command);
        if ((registers.read(GpuRegister.of(as, GpuRegister.AS_STATUS)) & GpuRegister.AS_ACTIVE) != 0) {
            throw new IllegalStateException("address space %d does not obey, as in protected mode".formatted(as));
        }
    }

    /** Gives the tables back. */
    void close() {
        tables.forEach(memory::giveBack);
        tables.clear();
    }
}
