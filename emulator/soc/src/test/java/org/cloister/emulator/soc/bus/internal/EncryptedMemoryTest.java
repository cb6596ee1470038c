// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.emulator.soc.EncryptedMemory;
import org.cloister.emulator.soc.MemoryCipher;
import org.cloister.emulator.soc.Refusals;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.Seeds;
import org.cloister.emulator.soc.SocClock;
import org.cloister.emulator.soc.TestBoard;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.Window;
import org.cloister.platform.dt.AddressRange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncryptedMemoryTest {
    private static final long BASE = TestBoard.RAM + 0x10_0000;
    private static final long SIZE = 4 * 4096;

    private final TestBoard board = new TestBoard("lab", SocClock.system(), more -> more);
    private final PhysicalMemory engine = board.memory("video-decoder");
    private final PhysicalMemory cpu = board.memory("cpu");
    private final Registration registration = board.secure().encrypt(memory("tmz", BASE, SIZE));

    /** Each byte depends on all of its block before it, on its address, and on nothing outside its block. */
    private record Chained() implements MemoryCipher {
        @Override
        public void encrypt(long address, byte[] blocks) {
            for (int i = 0; i < blocks.length; i++) {
                int before = i % BLOCK == 0 ? 0x5a : blocks[i - 1];
                blocks[i] = (byte) ((blocks[i] ^ before) + mask(address + i));
            }
        }

        @Override
        public void decrypt(long address, byte[] blocks) {
            for (int i = blocks.length - 1; i >= 0; i--) {
                int before = i % BLOCK == 0 ? 0x5a : blocks[i - 1];
                blocks[i] = (byte) (blocks[i] - mask(address + i) ^ before);
            }
        }

        private static int mask(long address) {
            return (int) (address * 0x9e3779b97f4a7c15L >>> 56);
        }
    }

    private EncryptedMemory memory(String name, long base, long size) {
        return new EncryptedMemory(name, new AddressRange(base, size),
                Set.of(board.soc().initiator("video-decoder"), board.soc().initiator("display")), new Chained());
    }

    @AfterEach
    void switchOff() {
        board.close();
    }

    private static byte[] read(PhysicalMemory memory, long address, int length) {
        byte[] bytes = new byte[length];
        memory.read(address, MemorySegment.ofArray(bytes));
        return bytes;
    }

    @Test
    void encryptedMemoryIsRestrictedForThoseWhoHaveTheKey() {
        Initiator decoder = board.soc().initiator("video-decoder");
        assertThat(board.soc().isRestricted(decoder, BASE, SIZE)).isTrue();
        assertThat(board.soc().isRestricted(board.soc().initiator("eth-dma"), BASE, SIZE)).as("without the key").isFalse();
        assertThat(board.soc().isRestricted(decoder, BASE - 1, 2)).as("begins before").isFalse();
        assertThat(board.soc().isRestricted(decoder, BASE + SIZE - 1, 2)).as("ends behind").isFalse();
        registration.close();
        assertThat(board.soc().isRestricted(decoder, BASE, SIZE)).as("no more").isFalse();
    }

    @Test
    void secureEnginesShareClearTextAndOthersReadCiphertextWithoutAFault() {
        byte[] clear = "sixteen clear by".getBytes(StandardCharsets.US_ASCII);
        engine.write(BASE, MemorySegment.ofArray(clear));
        byte[] cipher = clear.clone();
        new Chained().encrypt(BASE, cipher);
        assertThat(read(board.memory("display"), BASE, 16)).isEqualTo(clear);
        assertThat(read(cpu, BASE, 16)).isEqualTo(cipher);
        assertThat(read(board.memory("eth-dma"), BASE, 16)).isEqualTo(cipher);
        assertThat(read(board.memory("cpu-secure"), BASE, 16)).isEqualTo(cipher);
        assertThat(board.soc().faults().count()).isZero();
    }

    @Test
    void whatAnotherWritesIsGarbageForTheEngines() {
        byte[] clear = new byte[16];
        cpu.write(BASE, MemorySegment.ofArray(clear));
        new Chained().decrypt(BASE, clear);
        assertThat(read(engine, BASE, 16)).isEqualTo(clear).isNotEqualTo(new byte[16]);
    }

    @Test
    void theSameClearTextLooksDifferentElsewhere() {
        engine.fill(BASE, 32, (byte) 7);
        assertThat(read(cpu, BASE, 16)).isNotEqualTo(read(cpu, BASE + 16, 16));
    }

    @Test
    void wordsOfEngineAreClear() {
        engine.writeByte(BASE + 5, (byte) 0x42);
        engine.writeInt(BASE + 14, 0xcafe_f00d);
        engine.writeLong(BASE + 4092, 0x0123_4567_89ab_cdefL);
        assertThat(engine.readByte(BASE + 5)).isEqualTo((byte) 0x42);
        assertThat(engine.readInt(BASE + 14)).isEqualTo(0xcafe_f00d);
        assertThat(engine.readLong(BASE + 4092)).isEqualTo(0x0123_4567_89ab_cdefL);
        assertThat(cpu.readLong(BASE + 4092)).isNotEqualTo(0x0123_4567_89ab_cdefL);
        assertThat(cpu.readInt(BASE + 14)).isNotEqualTo(0xcafe_f00d);
    }

    @Test
    void accessesAcrossTheEdgeAreClearOnOneSideOnly() {
        engine.fill(BASE - 8, 16, (byte) 9);
        assertThat(read(engine, BASE - 8, 16)).containsOnly(9);
        assertThat(read(cpu, BASE - 8, 8)).containsOnly(9);
        assertThat(read(cpu, BASE, 8)).isNotEqualTo(read(engine, BASE, 8));
        engine.fill(BASE + SIZE - 3, 6, (byte) 8);
        assertThat(read(cpu, BASE + SIZE, 3)).containsOnly(8);
        assertThat(read(engine, BASE + SIZE - 3, 6)).containsOnly(8);
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.soc.Seeds#seeds")
    void randomAccessesAgreeWithAPlainModel(long seed) {
        Random random = new Random(seed);
        byte[] model = new byte[(int) SIZE];
        engine.fill(BASE, SIZE, (byte) 0);
        for (int step = 0; step < 500; step++) {
            int at = random.nextInt((int) SIZE);
            int length = 1 + random.nextInt(Math.min(6000, (int) SIZE - at));
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            switch (random.nextInt(4)) {
                case 0 -> engine.write(BASE + at, MemorySegment.ofArray(bytes));
                case 1 -> {
                    try (Window window = engine.open(BASE + at, length, Access.WRITE)) {
                        window.write(0, MemorySegment.ofArray(bytes));
                    }
                }
                case 2 -> {
                    try (Window window = engine.open(BASE + at, length, Access.READ_WRITE)) {
                        window.segment().copyFrom(MemorySegment.ofArray(bytes));
                    }
                }
                default -> {
                    Arrays.fill(bytes, bytes[0]);
                    engine.fill(BASE + at, length, bytes[0]);
                }
            }
            System.arraycopy(bytes, 0, model, at, length);
            int from = random.nextInt((int) SIZE);
            int size = random.nextInt((int) SIZE - from) + 1;
            assertThat(read(engine, BASE + from, size)).as(() -> Seeds.rerun(getClass(), seed))
                    .isEqualTo(Arrays.copyOfRange(model, from, from + size));
        }
        byte[] cells = read(cpu, BASE, (int) SIZE);
        for (int page = 0; page < SIZE; page += MemoryCipher.PAGE) {
            byte[] blocks = Arrays.copyOfRange(cells, page, page + MemoryCipher.PAGE);
            new Chained().decrypt(BASE + page, blocks);
            assertThat(blocks).isEqualTo(Arrays.copyOfRange(model, page, page + MemoryCipher.PAGE));
        }
    }

    @Test
    void aWindowForReadingIsNotForWriting() {
        try (Window window = engine.open(BASE + 3, 20, Access.READ)) {
            assertThatThrownBy(() -> window.write(0, MemorySegment.ofArray(new byte[1]))).isInstanceOf(BusFault.class);
            assertThat(window.segment().isReadOnly()).isTrue();
        }
        try (Window window = engine.open(BASE + 3, 20, Access.WRITE)) {
            assertThatThrownBy(() -> window.read(0, MemorySegment.ofArray(new byte[1]))).isInstanceOf(BusFault.class);
            assertThatThrownBy(window::segment).isInstanceOf(BusFault.class);
            assertThatThrownBy(() -> window.write(18, MemorySegment.ofArray(new byte[3])))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void aClosedWindowAndItsCopyAreOfNoUse() {
        AtomicReference<MemorySegment> kept = new AtomicReference<>();
        Window closed;
        try (Window window = engine.open(BASE, 64, Access.READ_WRITE)) {
            kept.set(window.segment());
            kept.get().set(ValueLayout.JAVA_BYTE, 1, (byte) 5);
            closed = window;
        }
        assertThat(engine.readByte(BASE + 1)).isEqualTo((byte) 5);
        assertThatThrownBy(() -> kept.get().get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.read(0, MemorySegment.ofArray(new byte[1])))
                .isInstanceOf(IllegalStateException.class);
        closed.close();
    }

    @Test
    void theFirewallComesFirst() {
        board.secure().encrypt(memory("carve-out", TestBoard.VIDEO, 4096));
        PhysicalMemory display = board.memory("display");
        board.memory("cpu").fill(TestBoard.VIDEO, 4096, (byte) 0);
        display.readByte(TestBoard.VIDEO);
        Refusals.assertFault(TestBoard.VIDEO + 1, () -> display.writeByte(TestBoard.VIDEO + 1, (byte) 0), "display");
        Refusals.assertFault(TestBoard.VIDEO, () -> cpu.readByte(TestBoard.VIDEO), "cpu");
        assertThatThrownBy(() -> display.open(TestBoard.VIDEO, 4, Access.WRITE)).isInstanceOf(BusFault.class);
    }

    @Test
    void whatCannotBeEncryptedIsRefused() {
        Refusals.assertRefused(HeapError.ALREADY_EXISTS,
                () -> board.secure().encrypt(memory("again", BASE + SIZE - 4096, 8192)), "tmz");
        Refusals.assertRefused(HeapError.INVALID_ARGUMENT, () -> board.secure().encrypt(
                memory("nowhere", TestBoard.RAM + TestBoard.RAM_SIZE - 4096, 8192)), "no memory");
        assertThatThrownBy(() -> memory("part of a page", BASE, 100)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> memory("unaligned", BASE + 16, 4096)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> memory("empty", BASE, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenEncryptionEndsTheCellsKeepTheirCiphertext() {
        engine.fill(BASE, 64, (byte) 1);
        byte[] cipher = read(cpu, BASE, 64);
        registration.close();
        registration.close();
        assertThat(read(engine, BASE, 64)).isEqualTo(cipher);
        board.secure().encrypt(memory("again", BASE, SIZE));
        assertThat(read(engine, BASE, 64)).containsOnly(1);
    }
}
