// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.cloister.emulator.soc.Refusals.assertFault;
import static org.cloister.emulator.soc.TestBoard.RAM;
import static org.cloister.emulator.soc.TestBoard.RAM_SIZE;
import static org.cloister.emulator.soc.TestBoard.SECURE;
import static org.cloister.emulator.soc.TestBoard.SECURE_SIZE;
import static org.cloister.emulator.soc.TestBoard.VIDEO;
import static org.cloister.emulator.soc.TestBoard.VIDEO_SIZE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.SplittableRandom;
import org.cloister.emulator.soc.FirewallUpdate;
import org.cloister.emulator.soc.TestBoard;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BusMemoryTest {
    private final TestBoard board = new TestBoard("k3");
    private final PhysicalMemory cpu = board.memory("cpu");
    private final PhysicalMemory decoder = board.memory("video-decoder");
    private final PhysicalMemory display = board.memory("display");
    private final PhysicalMemory stranger = board.memory("eth-dma");
    private final PhysicalMemory secure = board.memory("cpu-secure");

    @AfterEach
    void switchOff() {
        board.close();
    }

    @Test
    void untouchedMemoryReadsAsZero() {
        assertThat(cpu.readLong(RAM + RAM_SIZE - 8)).isZero();
    }

    @Test
    void wordsAreLittleEndianAndMayBeUnaligned() {
        cpu.writeLong(RAM + 1, 0x0807_0605_0403_0201L);
        assertThat(cpu.readByte(RAM + 1)).isEqualTo((byte) 1);
        assertThat(cpu.readByte(RAM + 8)).isEqualTo((byte) 8);
        assertThat(cpu.readInt(RAM + 3)).isEqualTo(0x0605_0403);
        cpu.writeInt(RAM + 2, -1);
        assertThat(cpu.readLong(RAM + 1)).isEqualTo(0x0807_06ff_ffff_ff01L);
        cpu.writeByte(RAM + 1, (byte) 0x80);
        assertThat(decoder.readByte(RAM + 1)).isEqualTo((byte) 0x80);
    }

    @Test
    void bulkAccessReachesTheSameBytes() {
        byte[] bytes = new byte[10_000];
        new SplittableRandom(1).nextBytes(bytes);
        cpu.write(RAM + 4095, MemorySegment.ofArray(bytes));
        byte[] back = new byte[bytes.length];
        stranger.read(RAM + 4095, MemorySegment.ofArray(back));
        assertThat(back).isEqualTo(bytes);

        cpu.fill(RAM + 4096, 9998, (byte) 9);
        cpu.read(RAM + 4095, MemorySegment.ofArray(back));
        assertThat(back[0]).isEqualTo(bytes[0]);
        assertThat(back[1]).isEqualTo((byte) 9);
        assertThat(back[9998]).isEqualTo((byte) 9);
        assertThat(back[9999]).isEqualTo(bytes[9999]);
    }

    @Test
    void theWriteOnlyCarveOutTakesWhatTheCpuWritesAndGivesNothingBack() {
        cpu.writeInt(VIDEO, 0x1234);
        cpu.write(VIDEO + 4, MemorySegment.ofArray(new byte[] {5}));
        cpu.fill(VIDEO + 8, 8, (byte) 1);
        assertThat(decoder.readInt(VIDEO)).isEqualTo(0x1234);
        assertThat(display.readByte(VIDEO + 4)).isEqualTo((byte) 5);

        String why = "cpu: READ of";
        assertFault(VIDEO, () -> cpu.readByte(VIDEO), why, "region 2 (video@88000000)", "grants cpu WRITE");
        assertFault(VIDEO, () -> cpu.readInt(VIDEO), why);
        assertFault(VIDEO, () -> cpu.readLong(VIDEO), why);
        assertFault(VIDEO, () -> cpu.read(VIDEO, MemorySegment.ofArray(new byte[1])), why);
        assertFault(VIDEO, () -> cpu.open(VIDEO, 1, Access.READ), why);
        assertFault(VIDEO, () -> cpu.open(VIDEO, 1, Access.READ_WRITE), "READ_WRITE");
    }

    @Test
    void eachKindOfAccessOfAStrangerFaults() {
        assertFault(VIDEO + 1, () -> stranger.readByte(VIDEO + 1), "eth-dma: READ of 1 bytes", "grants eth-dma NONE");
        assertFault(VIDEO, () -> stranger.writeByte(VIDEO, (byte) 0), "WRITE of 1");
        assertFault(VIDEO, () -> stranger.readInt(VIDEO), "READ of 4");
        assertFault(VIDEO, () -> stranger.writeInt(VIDEO, 0), "WRITE of 4");
        assertFault(VIDEO, () -> stranger.readLong(VIDEO), "READ of 8");
        assertFault(VIDEO, () -> stranger.writeLong(VIDEO, 0), "WRITE of 8");
        assertFault(VIDEO, () -> stranger.read(VIDEO, MemorySegment.ofArray(new byte[3])), "READ of 3");
        assertFault(VIDEO, () -> stranger.write(VIDEO, MemorySegment.ofArray(new byte[3])), "WRITE of 3");
        assertFault(VIDEO, () -> stranger.fill(VIDEO, 5, (byte) 0), "WRITE of 5");
        assertFault(VIDEO, () -> stranger.open(VIDEO, 6, Access.WRITE), "WRITE of 6");
    }

    @Test
    void theDisplayMayOnlyRead() {
        assertThat(display.readLong(VIDEO)).isZero();
        assertFault(VIDEO, () -> display.writeLong(VIDEO, 1), "grants display READ");
    }

    @Test
    void aRefusedBulkAccessMovesNothing() {
        byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
        long across = VIDEO - 4;
        assertFault(VIDEO, () -> stranger.write(across, MemorySegment.ofArray(bytes)));
        assertFault(VIDEO, () -> stranger.fill(across, 8, (byte) 1));
        assertThat(decoder.readLong(across)).isZero();

        decoder.fill(across, 8, (byte) 7);
        byte[] into = new byte[8];
        assertFault(VIDEO, () -> cpu.read(across, MemorySegment.ofArray(into)));
        assertThat(into).containsOnly(0);
    }

    @Test
    void anAccessThatRunsIntoARegionFaultsAtItsFirstByte() {
        assertFault(VIDEO, () -> cpu.readLong(VIDEO - 7), "READ of 8 bytes");
        assertFault(VIDEO, () -> cpu.open(RAM, RAM_SIZE, Access.READ), "video@");
        assertFault(VIDEO + VIDEO_SIZE - 1, () -> cpu.readInt(VIDEO + VIDEO_SIZE - 1), "video@");
        assertThat(cpu.readInt(VIDEO + VIDEO_SIZE)).isZero();
    }

    @Test
    void anAccessOverRegionsThatAllGrantItGoesThrough() {
        decoder.writeLong(VIDEO - 4, -1);
        assertThat(decoder.readLong(VIDEO - 4)).isEqualTo(-1);
        assertThat(cpu.readInt(VIDEO - 4)).isEqualTo(-1);
    }

    @Test
    void secureRamIsForTheSecureWorld() {
        secure.writeInt(SECURE, 77);
        assertThat(secure.readInt(SECURE)).isEqualTo(77);
        for (PhysicalMemory normal : new PhysicalMemory[] {cpu, decoder, display, stranger}) {
            assertFault(SECURE, () -> normal.readInt(SECURE), "region 1 (secram@7f000000)");
            assertFault(SECURE, () -> normal.writeInt(SECURE, 0), "region 1 (secram@7f000000)");
        }
        assertFault(SECURE + SECURE_SIZE - 1, () -> cpu.readInt(SECURE + SECURE_SIZE - 1), "secram");
        assertFault(VIDEO, () -> secure.readInt(VIDEO), "grants cpu-secure NONE");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, SECURE - 1, RAM + RAM_SIZE, 0x430_0000, (1L << 46) - 1, 1L << 46, Long.MAX_VALUE, -1,
        Long.MIN_VALUE})
    void whereNothingIsEverythingFaults(long address) {
        for (String initiator : new String[] {"cpu", "cpu-secure", "video-decoder"}) {
            PhysicalMemory memory = board.memory(initiator);
            assertFault(address, () -> memory.readByte(address), initiator, "no region");
            assertFault(address, () -> memory.writeInt(address, 1), initiator);
            assertFault(address, () -> memory.readLong(address), initiator);
            assertFault(address, () -> memory.read(address, MemorySegment.ofArray(new byte[9])), initiator);
            assertFault(address, () -> memory.fill(address, Long.MAX_VALUE, (byte) 0), initiator);
            assertFault(address, () -> memory.open(address, 1, Access.READ), initiator);
        }
    }

    @Test
    void anAccessThatRunsOutOfMemoryFaultsAtItsEnd() {
        long end = RAM + RAM_SIZE;
        assertFault(end, () -> cpu.readInt(end - 2), "no memory is there");
        assertFault(end, () -> cpu.fill(end - 2, 10, (byte) 0), "no memory is there");
        assertFault(VIDEO, () -> cpu.read(VIDEO - 1, MemorySegment.ofArray(new byte[1 << 29])), "video@");
        assertThatExceptionOfType(BusFault.class).isThrownBy(() -> cpu.fill(RAM, Long.MAX_VALUE, (byte) 0));
    }

    @Test
    void nothingIsNoAccess() {
        cpu.read(VIDEO, MemorySegment.NULL);
        cpu.write(0, MemorySegment.ofArray(new byte[0]));
        cpu.fill(-5, 0, (byte) 0);
        assertThat(board.soc().faults().count()).isZero();
    }

    @Test
    void absurdArgumentsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> cpu.fill(RAM, -1, (byte) 0));
        assertThatIllegalArgumentException().isThrownBy(() -> cpu.open(RAM, 0, Access.READ));
        assertThatIllegalArgumentException().isThrownBy(() -> cpu.open(RAM, -4096, Access.READ));
        assertThatIllegalArgumentException().isThrownBy(() -> cpu.open(RAM, 1, Access.NONE));
    }

    @Test
    void aFaultLeavesNoLeaseBehind() {
        for (int i = 0; i < 1000; i++) {
            assertFault(VIDEO, () -> cpu.readInt(VIDEO));
        }
        MemorySegment readOnly = MemorySegment.ofArray(new byte[8]).asReadOnly();
        assertThatIllegalArgumentException().isThrownBy(() -> cpu.read(RAM, readOnly));
        board.secure().program(FirewallUpdate.remove("memory@80000000"),
                Duration.ZERO);
        assertFault(RAM, () -> cpu.readInt(RAM), "no region");
    }

    @Test
    void afterSwitchingOffNothingIsAccessible() {
        board.close();
        assertThatIllegalStateException().isThrownBy(() -> cpu.readInt(RAM)).withMessageContaining("off");
        assertThatIllegalStateException().isThrownBy(() -> cpu.open(RAM, 1, Access.READ));
        assertThatIllegalStateException().isThrownBy(() -> decoder.fill(VIDEO, 1, (byte) 0));
    }

    @Test
    void heapAndNativeSegmentsWork() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_LONG, 99);
            cpu.write(RAM, segment);
            cpu.read(RAM + 8, segment);
            assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isZero();
        }
        assertThat(cpu.readLong(RAM)).isEqualTo(99);
    }
}
