// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.encryption.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.NodeBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncryptionUnitTest {
    private static final long RAM = 0x4000_0000L;
    private static final long VIDEO = RAM + 0x10_0000;
    private static final long SIZE = 0x1_0000;
    private static final long UI = VIDEO + SIZE;

    private EncryptionUnit unit;
    private final PoweredSoc power = boot(42, node -> complete(node));
    private final PhysicalMemory cpu = power.soc().memory("cpu");
    private final PhysicalMemory decoder = power.soc().memory("video-decoder");

    private static NodeBuilder complete(NodeBuilder node) {
        return node.strings("compatible", MemoryEncryption.COMPATIBLE)
                .strings(EncryptionBinding.ENGINES, "video-decoder", "display")
                .strings(EncryptionBinding.COPY_ENGINE, "copy-engine")
                .node("video", area -> area.longs(MemoryEncryption.MEMORY, VIDEO, SIZE))
                .node("ui", area -> area.longs(MemoryEncryption.MEMORY, UI, SIZE));
    }

    private PoweredSoc boot(long seed, Consumer<NodeBuilder> node) {
        return new SocBuilder(new BoardBuilder("test", "a board for tests").firewall("lab").cpu(1)
                .ram(RAM, 16 << 20)
                .device("video-decoder", 0x1000_0000L, 0x1000, 40, 2)
                .device("display", 0x1001_0000L, 0x1000, 41, 3)
                .device("copy-engine", 0x1002_0000L, 0x1000, 42, 4)
                .firmware("memory-encryption", node).build())
                .seed(seed)
                .firmware("memory-encryption", world -> {
                    unit = new EncryptionUnit(world);
                    return unit::close;
                })
                .boot();
    }

    @AfterEach
    void switchOff() {
        power.close();
    }

    private static byte[] read(PhysicalMemory memory, long address, int length) {
        byte[] bytes = new byte[length];
        memory.read(address, MemorySegment.ofArray(bytes));
        return bytes;
    }

    private static void refused(HeapError error, ThrowingCallable call) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(call)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }

    @Test
    void whatIsCopiedInIsClearForEnginesAndCiphertextForTheCpu() {
        cpu.fill(RAM, 100_000, (byte) 0x42);
        unit.copy(RAM + 1, VIDEO + 3, 60_001);
        assertThat(read(decoder, VIDEO + 3, 60_001)).containsOnly(0x42);
        byte[] seen = read(cpu, VIDEO + 16, 16_000);
        for (int at = 0; at < seen.length; at += 16) {
            assertThat(Arrays.copyOfRange(seen, at, at + 16)).isNotEqualTo(read(decoder, VIDEO + 16 + at, 16));
        }
        assertThat(power.soc().faults().count()).isZero();
    }

    @Test
    void clearingIsSeenByEnginesOnly() {
        unit.clear(VIDEO, SIZE);
        assertThat(read(decoder, VIDEO, (int) SIZE)).containsOnly(0);
        assertThat(read(cpu, VIDEO, 16)).isNotEqualTo(new byte[16]);
    }

    @Test
    void eachPieceHasKeysOfItsOwn() {
        unit.clear(VIDEO, SIZE);
        byte[] cells = read(cpu, VIDEO, 64);
        cpu.write(UI, MemorySegment.ofArray(cells));
        assertThat(read(decoder, UI, 64)).isNotEqualTo(new byte[64]);
    }

    @Test
    void theSameSeedGivesTheSameKeysAndAnotherGivesOthers() {
        unit.clear(VIDEO, 64);
        byte[] cells = read(cpu, VIDEO, 64);
        try (PoweredSoc same = boot(42, node -> complete(node))) {
            unit.clear(VIDEO, 64);
            assertThat(read(same.soc().memory("cpu"), VIDEO, 64)).isEqualTo(cells);
        }
        try (PoweredSoc other = boot(43, node -> complete(node))) {
            unit.clear(VIDEO, 64);
            assertThat(read(other.soc().memory("cpu"), VIDEO, 64)).isNotEqualTo(cells);
        }
    }

    @Test
    void itSaysWhatItDoes() {
        assertThat(unit.engines()).containsExactlyInAnyOrder("video-decoder", "display", "copy-engine");
        assertThat(unit.cipher()).isEqualTo("AES-128-XTS");
        assertThat(unit.encrypts(VIDEO, SIZE)).isTrue();
        assertThat(unit.encrypts(VIDEO, SIZE + 1)).as("across two pieces").isFalse();
        assertThat(unit.encrypts(VIDEO - 1, 2)).isFalse();
        assertThat(unit.encrypts(VIDEO, 0)).isFalse();
        assertThat(unit.encrypts(VIDEO, Long.MAX_VALUE)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0x40000000, 0x40000100, 16, NOT_PERMITTED", "0x40000000, 0x4010fff0, 32, NOT_PERMITTED",
        "0x40110000, 0x40100000, 16, NOT_PERMITTED", "0x4010fff8, 0x40100000, 16, NOT_PERMITTED",
        "0x40100000, 0x40100008, 16, INVALID_ARGUMENT", "0x40000000, 0x40100000, 0, INVALID_ARGUMENT",
        "0x40000000, 0x40100000, -1, INVALID_ARGUMENT", "-4096, 0x40100000, 16, INVALID_ARGUMENT",
        "0x7fffffffffffff00, 0x40100000, 4096, INVALID_ARGUMENT"
    })
    void copiesThatMustNotBeAreRefusedAndWriteNothing(String from, String to, long length, HeapError error) {
        byte[] before = read(cpu, RAM, 2 << 20);
        refused(error, () -> unit.copy(Long.decode(from), Long.decode(to), length));
        assertThat(read(cpu, RAM, 2 << 20)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"0x40000000, 16, NOT_PERMITTED", "0x4010fff0, 32, NOT_PERMITTED", "0x40100000, 0, INVALID_ARGUMENT",
        "0x40100000, -16, INVALID_ARGUMENT"})
    void clearingWhatIsNotEncryptedIsRefused(String address, long length, HeapError error) {
        refused(error, () -> unit.clear(Long.decode(address), length));
    }

    @Test
    void aUnitThatIsOffRefuses() {
        unit.close();
        refused(HeapError.FIRMWARE_DEAD, () -> unit.copy(RAM, VIDEO, 16));
        refused(HeapError.FIRMWARE_DEAD, () -> unit.clear(VIDEO, 16));
    }

    @Test
    void aTreeThatSaysWhatCannotBeIsRefused() {
        refused(HeapError.INVALID_ARGUMENT, () -> boot(1, node -> node.strings("compatible", "other")));
        refused(HeapError.INVALID_ARGUMENT, () -> boot(1, node -> node
                .strings("compatible", MemoryEncryption.COMPATIBLE).strings(EncryptionBinding.COPY_ENGINE, "copy-engine")));
        refused(HeapError.INVALID_ARGUMENT, () -> boot(1, node -> complete(node)
                .node("odd", area -> area.longs(MemoryEncryption.MEMORY, RAM, 100))));
        refused(HeapError.INVALID_ARGUMENT, () -> boot(1, node -> complete(node).node("none", area -> { })));
        refused(HeapError.ALREADY_EXISTS, () -> boot(1, node -> complete(node)
                .node("twice", area -> area.longs(MemoryEncryption.MEMORY, VIDEO, 4096))));
        refused(HeapError.INVALID_ARGUMENT, () -> boot(1, node -> complete(node)
                .strings(EncryptionBinding.ENGINES, "nobody")));
    }
}
