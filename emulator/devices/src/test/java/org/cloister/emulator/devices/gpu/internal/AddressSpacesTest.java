// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.gpu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.HostInterface;
import org.cloister.platform.mali.TranslationTable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressSpacesTest {
    private static final int PAGE = TranslationTable.PAGE;
    private static final long ADDRESS = 0x12_3456_7000L;

    private final FakeMemory tables = new FakeMemory("gpu", 16 * PAGE).grant(0, 16 * PAGE, Access.READ_WRITE);
    private int raised;
    private final InterruptBlock interrupts = new InterruptBlock(() -> raised++);
    private final AddressSpaces spaces = new AddressSpaces(interrupts);

    @BeforeEach
    void mapOnePage() {
        for (int level = 0; level < TranslationTable.LEVELS - 1; level++) {
            tables.writeLong((long) level * PAGE + 8L * TranslationTable.index(level, ADDRESS),
                    TranslationTable.table((level + 1L) * PAGE));
        }
        page(TranslationTable.page(0x8000_0000L, false, false));
        spaces.write(2, GpuRegister.AS_CONFIGURATION, GpuRegister.AS_TABLES_4K);
        spaces.write(2, GpuRegister.AS_COMMAND, GpuRegister.AS_UPDATE);
    }

    private void page(long descriptor) {
        tables.writeLong(3L * PAGE + 8L * TranslationTable.index(3, ADDRESS), descriptor);
    }

    private long translate(long address, boolean write) {
        return spaces.translate(2, address, write, tables);
    }

    private void refused(int exception, long address, boolean write) {
        assertThatThrownBy(() -> translate(address, write)).isInstanceOfSatisfying(GpuFault.class,
                fault -> assertThat(fault.exception()).isEqualTo(exception));
    }

    @Test
    void followsTables() {
        assertThat(translate(ADDRESS + 0x123, false)).isEqualTo(0x8000_0123L);
        refused(HostInterface.PERMISSION_FAULT, ADDRESS, true);
        refused(HostInterface.TRANSLATION_FAULT, ADDRESS + PAGE, false);
        refused(HostInterface.TRANSLATION_FAULT, 0, false);
        refused(HostInterface.TRANSLATION_FAULT, 1L << 48, false);
        assertThatThrownBy(() -> spaces.translate(3, ADDRESS, false, tables)).isInstanceOf(GpuFault.class);
    }

    @Test
    void whatIsChangedCountsWhenItIsFlushed() {
        translate(ADDRESS, false);
        page(TranslationTable.page(0x9000_0000L, true, false));
        assertThat(translate(ADDRESS, false)).isEqualTo(0x8000_0000L);
        spaces.write(2, GpuRegister.AS_COMMAND, GpuRegister.AS_FLUSH_MEMORY);
        assertThat(translate(ADDRESS, true)).isEqualTo(0x9000_0000L);
    }

    @Test
    void commandsWaitUntilProtectedModeIsLeft() {
        translate(ADDRESS, false);
        page(0);
        spaces.hold(true);
        spaces.write(2, GpuRegister.AS_COMMAND, GpuRegister.AS_FLUSH_MEMORY);
        assertThat(spaces.read(2, GpuRegister.AS_STATUS)).isEqualTo(GpuRegister.AS_ACTIVE);
        assertThat(translate(ADDRESS, false)).isEqualTo(0x8000_0000L);
        spaces.hold(false);
        assertThat(spaces.read(2, GpuRegister.AS_STATUS)).isZero();
        refused(HostInterface.TRANSLATION_FAULT, ADDRESS, false);
    }

    @Test
    void tablesAreReadThroughTheFirewall() {
        FakeMemory closed = new FakeMemory("gpu", 16 * PAGE);
        assertThatThrownBy(() -> spaces.translate(2, ADDRESS, false, closed)).isInstanceOf(BusFault.class);
    }

    @Test
    void resetForgetsEverything() {
        spaces.reset();
        refused(HostInterface.TRANSLATION_FAULT, ADDRESS, false);
        assertThat(spaces.read(2, GpuRegister.AS_CONFIGURATION)).isZero();
    }

    @Test
    void faultsAreReported() {
        interrupts.write(GpuRegister.MASK, 1 << 2);
        spaces.report(new GpuFault(HostInterface.PERMISSION_FAULT, 2, ADDRESS, true));
        assertThat(raised).isEqualTo(1);
        assertThat(interrupts.read(GpuRegister.STATUS)).isEqualTo(1 << 2);
        assertThat(spaces.read(2, GpuRegister.AS_FAULT_STATUS)).isEqualTo(HostInterface.PERMISSION_FAULT | 3 << 8);
        assertThat(spaces.read(2, GpuRegister.AS_FAULT_ADDRESS)).isEqualTo((int) ADDRESS);
        assertThat(spaces.read(2, GpuRegister.AS_FAULT_ADDRESS + 4)).isEqualTo((int) (ADDRESS >>> 32));
    }

    @Test
    void interruptsThatAreMaskedAreKept() {
        interrupts.raise(5);
        assertThat(raised).isZero();
        assertThat(interrupts.read(GpuRegister.RAW)).isEqualTo(5);
        interrupts.write(GpuRegister.CLEAR, 1);
        interrupts.write(GpuRegister.MASK, -1);
        assertThat(raised).isEqualTo(1);
        assertThat(interrupts.read(GpuRegister.STATUS)).isEqualTo(4);
    }
}
