// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.cloister.emulator.soc.Refusals.assertFault;
import static org.cloister.emulator.soc.Refusals.assertRefused;
import static org.cloister.emulator.soc.TestBoard.RAM;
import static org.cloister.emulator.soc.TestBoard.SECURE;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.emulator.soc.Registers;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.TestBoard;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.PhysicalMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterPortTest {
    private static final long BASE = 0x900_0000L;
    private static final Rights OPEN = new Rights(Access.READ_WRITE, Access.READ_WRITE, Map.of());

    private final TestBoard board = new TestBoard("k3");
    private final PhysicalMemory cpu = board.memory("cpu");
    private final List<String> written = new ArrayList<>();
    private final Registers device = new Registers() {
        @Override
        public int read(long offset) {
            return (int) (0xf000_0000L + offset);
        }

        @Override
        public void write(long offset, int value) {
            written.add("%x=%x".formatted(offset, value));
        }
    };

    @AfterEach
    void switchOff() {
        board.close();
    }

    @Test
    void wordsReachTheDevice() {
        attach(BASE, 0x1000);
        assertThat(cpu.readInt(BASE + 0xffc)).isEqualTo(0xf000_0ffc);
        assertThat(cpu.readLong(BASE + 8)).isEqualTo(0xf000_000c_f000_0008L);
        cpu.writeInt(BASE + 4, 0x77);
        cpu.writeLong(BASE + 16, 0x1111_1111_2222_2222L);
        assertThat(written).containsExactly("4=77", "10=22222222", "14=11111111");
    }

    @Test
    void allElseFaults() {
        attach(BASE, 0x1000);
        String why = "registers of uart take aligned words";
        assertFault(BASE, () -> cpu.readByte(BASE), why);
        assertFault(BASE, () -> cpu.writeByte(BASE, (byte) 0), why);
        assertFault(BASE + 2, () -> cpu.readInt(BASE + 2), why);
        assertFault(BASE + 4, () -> cpu.writeLong(BASE + 4, 0), why);
        assertFault(BASE, () -> cpu.read(BASE, MemorySegment.ofArray(new byte[4])), why);
        assertFault(BASE, () -> cpu.fill(BASE, 4, (byte) 0), why);
        assertFault(BASE, () -> cpu.open(BASE, 4, Access.READ), why);
        assertFault(BASE + 0x1000, () -> cpu.readInt(BASE + 0x1000), "no memory is there");
        assertFault(BASE - 4, () -> cpu.readInt(BASE - 4), "no memory is there");
        assertThat(written).isEmpty();
    }

    @Test
    void initiatorsWithoutRightsFault() {
        board.soc().attach("uart", BASE, 0x1000,
                Rights.of(Map.of(cpu.initiator(), Access.READ)), device);
        assertThat(cpu.readInt(BASE)).isEqualTo(0xf000_0000);
        assertFault(BASE, () -> cpu.writeInt(BASE, 1), "the registers of uart", "grant cpu READ");
        assertFault(BASE, () -> board.memory("eth-dma").readInt(BASE), "grant eth-dma NONE");
        assertFault(BASE, () -> board.memory("cpu-secure").readLong(BASE), "grant cpu-secure NONE");
        assertThat(board.soc().faults().count()).isEqualTo(3);
        assertThat(written).isEmpty();
    }

    @Test
    void aDeviceThatWasTakenAwayIsGone() {
        Registration attached = attach(BASE, 0x1000);
        attached.close();
        attached.close();
        assertFault(BASE, () -> cpu.readInt(BASE), "no memory is there");
        attach(BASE, 0x1000);
    }

    @ParameterizedTest
    @CsvSource({"0x9000100, 0x1000", "0x9000000, 0x100", "0x9000000, 0", "0x9000000, -4096", "-4096, 0x1000",
        "0x7ffffffffffff000, 0x2000"})
    void refusesRangesThatAreNone(String base, String size) {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> attach(Long.decode(base), Long.decode(size)), "uart");
    }

    @Test
    void refusesRangesThatAreTaken() {
        attach(BASE, 0x2000);
        assertRefused(HeapError.ALREADY_EXISTS, () -> attach(BASE + 0x1000, 0x1000), "registers of uart");
        assertRefused(HeapError.ALREADY_EXISTS, () -> attach(RAM, 0x1000), "memory");
        assertRefused(HeapError.ALREADY_EXISTS, () -> attach(SECURE - 0x1000, 0x2000), "memory");
        attach(BASE + 0x2000, 0x1000);
    }

    @Test
    void afterSwitchingOffNoDeviceIsReached() {
        attach(BASE, 0x1000);
        board.close();
        assertThatIllegalStateException().isThrownBy(() -> cpu.writeInt(BASE, 1));
        assertThat(written).isEmpty();
    }

    private Registration attach(long base, long size) {
        return board.soc().attach("uart", base, size, OPEN, device);
    }
}
