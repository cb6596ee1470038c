// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.PspCommand;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.conduit.PspMailbox;
import org.cloister.platform.conduit.PspRegister;
import org.cloister.platform.layout.PspInitRing;
import org.cloister.platform.layout.PspMapMemory;
import org.cloister.platform.layout.PspRingEntry;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mailbox and the ring, register by register. */
class SecureProcessorTest {
    private static final long RAM = PspBoard.RAM;
    private static final long SECRET = PspBoard.SECRET;
    private static final long RING = RAM + 0x8000;

    private final PspBoard board = new PspBoard();
    private final PhysicalMemory cpu = board.cpu;
    private final CommandServer server = board.server;

    @AfterEach
    void switchOff() {
        board.close();
    }

    private static int mailbox(SecureProcessor psp, int command, long address) {
        psp.write(PspRegister.ADDRESS_LOW, (int) address);
        psp.write(PspRegister.ADDRESS_HIGH, (int) (address >>> 32));
        psp.write(PspRegister.COMMAND_RESPONSE, PspMailbox.word(command));
        psp.awaitIdle();
        int word = psp.read(PspRegister.COMMAND_RESPONSE);
        assertThat(PspMailbox.command(word)).isEqualTo(command);
        return PspMailbox.status(word);
    }

    @Test
    void theMailboxMakesAndDestroysOneRing() {
        SecureProcessor gone;
        try (SecureProcessor psp = new SecureProcessor(1, board.machine, server)) {
            gone = psp;
            MemorySegment init = MemorySegment.ofArray(new byte[PspInitRing.SIZE]);
            PspInitRing.address(init, 0, RAM + 0x8000);
            PspInitRing.size(init, 0, PspDevice.RING_ENTRIES * PspRingEntry.SIZE);
            cpu.write(RAM, init);
            assertThat(mailbox(psp, PspMailbox.DESTROY_RING, 0)).isEqualTo(PspMailbox.STATUS_INVALID);
            assertThat(mailbox(psp, PspMailbox.INIT_RING, RAM + 2)).isEqualTo(PspMailbox.STATUS_INVALID);
            assertThat(mailbox(psp, PspMailbox.INIT_RING, SECRET)).isEqualTo(PspMailbox.STATUS_INVALID);
            assertThat(mailbox(psp, PspMailbox.EXTENDED, RAM)).isEqualTo(PspMailbox.STATUS_INVALID);
            for (long bad : new long[] {0, RAM + 0x8001, SECRET, RAM + (16 << 20) - 4096}) {
                PspInitRing.address(init, 0, bad);
                cpu.write(RAM + 0x100, init);
                assertThat(mailbox(psp, PspMailbox.INIT_RING, RAM + 0x100)).isEqualTo(PspMailbox.STATUS_INVALID);
            }
            assertThat(mailbox(psp, PspMailbox.INIT_RING, RAM)).isEqualTo(PspMailbox.STATUS_SUCCESS);
            assertThat(mailbox(psp, PspMailbox.INIT_RING, RAM)).isEqualTo(PspMailbox.STATUS_RING_BUSY);
            psp.write(PspRegister.RING_WRITE, 100);
            psp.write(PspRegister.RING_WRITE, 32 * 1024);
            psp.write(PspRegister.RING_READ, 1024);
            assertThat(psp.read(PspRegister.RING_WRITE)).isZero();
            assertThat(psp.read(PspRegister.RING_READ)).isZero();
            psp.write(PspRegister.RING_WRITE, 1024);
            psp.awaitIdle();
            assertThat(cpu.readInt(RAM + 0x8000 + 4)).isEqualTo(PspRingEntry.STATE_COMPLETED);
            assertThat(cpu.readInt(RAM + 0x8000 + 8)).isEqualTo(TeeCode.NOT_SUPPORTED);
            assertThat(mailbox(psp, PspMailbox.DESTROY_RING, 0)).isEqualTo(PspMailbox.STATUS_SUCCESS);
        }
        assertThat(gone.read(PspRegister.RING_READ)).isEqualTo(PspDevice.ABSENT);
    }

    private void start(SecureProcessor psp) {
        MemorySegment init = MemorySegment.ofArray(new byte[PspInitRing.SIZE]);
        PspInitRing.address(init, 0, RING);
        PspInitRing.size(init, 0, PspDevice.RING_ENTRIES * PspRingEntry.SIZE);
        cpu.write(RAM, init);
        assertThat(mailbox(psp, PspMailbox.INIT_RING, RAM)).isEqualTo(PspMailbox.STATUS_SUCCESS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1024, 32 * 1024 - 1, 32 * 1024 + 1024, -1})
    void aRingOfAnotherSizeIsRefused(int size) {
        try (SecureProcessor psp = new SecureProcessor(1, board.machine, server)) {
            MemorySegment init = MemorySegment.ofArray(new byte[PspInitRing.SIZE]);
            PspInitRing.address(init, 0, RING);
            PspInitRing.size(init, 0, size);
            cpu.write(RAM, init);
            String before = psp.describe();
            assertThat(mailbox(psp, PspMailbox.INIT_RING, RAM)).isEqualTo(PspMailbox.STATUS_INVALID);
            assertThat(psp.describe()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {PspRingEntry.STATE_PROCESS, PspRingEntry.STATE_COMPLETED, 3, -1})
    void anEntryThatIsNotFreshIsPassedOver(int state) {
        try (SecureProcessor psp = new SecureProcessor(2, board.machine, server)) {
            start(psp);
            MemorySegment entry = MemorySegment.ofArray(new byte[PspRingEntry.SIZE]);
            PspRingEntry.cmdId(entry, 0, PspCommand.MAP_SHARED_MEMORY.id());
            PspMapMemory.count(entry, PspRingEntry.PAYLOAD, 1);
            PspMapMemory.size(entry, PspRingEntry.PAYLOAD, 4096);
            PspMapMemory.piece(entry, PspRingEntry.PAYLOAD, 0, RAM + 0x20000, 4096);
            cpu.write(RING, entry);
            cpu.writeInt(RING + 4, state);
            String before = psp.describe();
            psp.write(PspRegister.RING_WRITE, PspRingEntry.SIZE);
            psp.awaitIdle();
            assertThat(psp.read(PspRegister.RING_READ)).isEqualTo(PspRingEntry.SIZE);
            assertThat(cpu.readInt(RING + 4)).isEqualTo(state);
            assertThat(cpu.readInt(RING + 8)).isZero();
            assertThat(psp.describe()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomRegisterWritesChangeNothing(long seed) {
        long used = Long.getLong("cloister.seed", seed);
        Random random = new Random(used);
        try (SecureProcessor psp = new SecureProcessor(1, board.machine, server)) {
            start(psp);
            psp.write(PspRegister.ADDRESS_LOW, (int) RAM);
            String before = psp.describe();
            PspRegister[] registers = PspRegister.values();
            for (int i = 0; i < 2_000; i++) {
                PspRegister register = registers[random.nextInt(registers.length)];
                int value = random.nextBoolean() ? random.nextInt() : 1 << random.nextInt(31);
                boolean destroys = register == PspRegister.COMMAND_RESPONSE
                        && PspMailbox.command(value) == PspMailbox.DESTROY_RING;
                boolean rings = register == PspRegister.RING_WRITE && value >= 0 && value < 32 * 1024
                        && value % PspRingEntry.SIZE == 0;
                if (!destroys && !rings) {
                    psp.write(register, value);
                    psp.awaitIdle();
                    assertThat(psp.describe()).as("%s = 0x%x; seed %d; again with: mvn -pl emulator/psp -am test "
                            + "-Dtest=SecureProcessorTest -Dsurefire.failIfNoSpecifiedTests=false -Dcloister.seed=%d",
                            register, value, used, used).isEqualTo(before);
                }
            }
        }
    }
}
