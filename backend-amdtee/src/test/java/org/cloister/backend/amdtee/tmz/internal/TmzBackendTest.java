// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tmz.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.emulator.psp.encryption.internal.EncryptionBinding;
import org.cloister.emulator.psp.encryption.internal.EncryptionUnit;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.device.MemoryEncryption;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.NodeBuilder;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.StaticRanges;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TmzBackendTest {
    private static final long RAM = 0x4000_0000L;
    private static final long VIDEO = RAM + (8 << 20);
    private static final long SIZE = 1 << 20;
    private static final PoolOffer OFFER = PoolOffer.serve("encrypted,secure-video", UseCase.SECURE_VIDEO);

    private final AtomicReference<EncryptionUnit> unit = new AtomicReference<>();
    private final PoweredSoc power = boot(TmzBackendTest::video);
    private final PhysicalMemory cpu = power.soc().memory("cpu");
    private final PhysicalMemory decoder = power.soc().memory("video-decoder");
    private final ContiguousArea area = power.soc().contiguousAreas().getFirst();
    private final StaticRanges ranges = new StaticRanges();
    private final TmzBackend backend = backend(power);

    private static void video(NodeBuilder node) {
        node.node("secure-video", child -> child.longs(MemoryEncryption.MEMORY, VIDEO, SIZE)
                .strings(HeapProperties.USE_CASE, "secure-video"));
    }

    private PoweredSoc boot(Consumer<NodeBuilder> areas) {
        return new SocBuilder(new BoardBuilder("test", "a board for tests").firewall("lab").cpu(1)
                .ram(RAM, 32 << 20)
                .device("video-decoder", 0x1000_0000L, 0x1000, 40, 2)
                .device("eth-dma", 0x1001_0000L, 0x1000, 41, 3)
                .device("copy-engine", 0x1002_0000L, 0x1000, 42, 4)
                .defaultContiguousArea(4 << 20, new AddressRange(RAM + (16 << 20), 16 << 20))
                .firmware("memory-encryption", node -> areas.accept(node
                        .strings("compatible", MemoryEncryption.COMPATIBLE)
                        .strings(EncryptionBinding.ENGINES, "video-decoder")
                        .strings(EncryptionBinding.COPY_ENGINE, "copy-engine")))
                .build())
                .firmware("memory-encryption", world -> {
                    unit.set(new EncryptionUnit(world));
                    return unit.get()::close;
                })
                .boot();
    }

    private TmzBackend backend(PoweredSoc on) {
        return new TmzBackend(unit.get(), on.soc().deviceTree(), on.soc().memory("cpu"),
                on.soc().contiguousAreas().getFirst(), ranges);
    }

    @AfterEach
    void switchOff() {
        power.close();
    }

    private static void refused(HeapError error, ThrowingCallable call) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(call)
                .satisfies(e -> assertThat(e.error()).isEqualTo(error));
    }

    private static byte[] read(PhysicalMemory memory, long address, int length) {
        byte[] bytes = new byte[length];
        memory.read(address, MemorySegment.ofArray(bytes));
        return bytes;
    }

    @Test
    void theHeapSaysThatItIsEncryptedAndForWhomItIsNot() {
        assertThat(backend.offers()).containsExactly(OFFER);
        HeapAttributes attributes = backend.open(OFFER).attributes();
        assertThat(attributes.enforcement()).isEqualTo(Enforcement.ENCRYPTION);
        assertThat(attributes.restricted()).isTrue();
        assertThat(attributes.cpuAccess()).isEqualTo(Access.WRITE);
        assertThat(attributes.zeroing()).isEqualTo(Zeroing.SECURE_WORLD);
        assertThat(attributes.addressBits()).isBetween(1, 40);
        assertThat(attributes.grantOf("video-decoder")).isEqualTo(Access.READ_WRITE);
        assertThat(attributes.grantOf("eth-dma")).isEqualTo(Access.NONE);
    }

    @Test
    void whatTheCpuWritesThroughThePoolIsClearForEnginesOnlyAndLeavesNoTrace() {
        Pool pool = backend.open(OFFER);
        PoolBuffer buffer = pool.allocate(600_000, 4096);
        byte[] clear = new byte[590_001];
        new Random(3).nextBytes(clear);
        pool.write(buffer, 7, MemorySegment.ofArray(clear));
        assertThat(read(decoder, buffer.address(0) + 7, clear.length)).isEqualTo(clear);
        assertThat(read(cpu, buffer.address(0) + 7, clear.length)).isNotEqualTo(clear);
        assertThat(read(cpu, area.base(), (int) area.size())).as("memory that was copied from").containsOnly(0);
        assertThat(power.soc().faults().count()).isZero();
    }

    @Test
    void buffersAreClearedForEnginesWhenTheyAreHandedOut() {
        Pool pool = backend.open(OFFER);
        PoolBuffer first = pool.allocate(8192, 4096);
        decoder.fill(first.address(0), 8192, (byte) 5);
        pool.free(first);
        PoolBuffer second = pool.allocate(8192, 4096);
        assertThat(second.address(0)).isEqualTo(first.address(0));
        assertThat(read(decoder, second.address(0), 8192)).containsOnly(0);
    }

    @Test
    void readsAndMappingsOfTheCpuAreRefused() {
        Pool pool = backend.open(OFFER);
        PoolBuffer buffer = pool.allocate(4096, 4096);
        refused(HeapError.CPU_ACCESS_DENIED, () -> pool.read(buffer, 0, MemorySegment.ofArray(new byte[1])));
        refused(HeapError.CPU_ACCESS_DENIED, () -> pool.map(buffer, Access.READ));
        refused(HeapError.NOT_SUPPORTED, () -> pool.teeMemory(buffer));
    }

    @Test
    void aUnitThatIsOffRefusesAndNothingIsTaken() {
        Pool pool = backend.open(OFFER);
        PoolBuffer buffer = pool.allocate(4096, 4096);
        unit.get().close();
        refused(HeapError.FIRMWARE_DEAD, () -> pool.allocate(4096, 4096));
        refused(HeapError.FIRMWARE_DEAD, () -> pool.write(buffer, 0, MemorySegment.ofArray(new byte[16])));
        assertThat(pool.usage().free()).hasValue(SIZE - 4096);
        pool.free(buffer);
        pool.destroy();
        assertThat(area.free()).isEqualTo(area.size());
    }

    @Test
    void memoryToCopyFromGoesBackWithThePool() {
        Pool pool = backend.open(OFFER);
        assertThat(area.free()).isLessThan(area.size());
        pool.destroy();
        assertThat(area.free()).isEqualTo(area.size());
    }

    @Test
    void withoutMemoryToCopyFromThereIsNoPool() {
        area.allocate(area.size(), 4096);
        refused(HeapError.NO_MEMORY, () -> backend.open(OFFER));
    }

    @Test
    void moreThanThereIsIsRefused() {
        Pool pool = backend.open(OFFER);
        refused(HeapError.INVALID_ARGUMENT, () -> pool.allocate(SIZE + 4096, 4096));
        pool.allocate(4096, 4096);
        refused(HeapError.NO_MEMORY, () -> pool.allocate(SIZE, 4096));
        refused(HeapError.INVALID_ARGUMENT, () -> pool.allocate(4096, 3));
    }

    @Test
    void whatWasNotOfferedIsRefused() {
        refused(HeapError.INVALID_ARGUMENT, () -> backend.open(PoolOffer.serve(UseCase.SECURE_VIDEO)));
        assertThat(area.free()).isEqualTo(area.size());
    }

    @Test
    void whatIsInUseForSomethingElseIsRefusedAndNothingIsTaken() {
        Pool other = ranges.open("other", UseCase.TRUSTED_UI, VIDEO, 4096,
                HeapAttributes.builder().build(), PoolMemory.outOfReach());
        long free = area.free();
        refused(HeapError.BUSY, () -> backend.open(OFFER));
        assertThat(area.free()).isEqualTo(free);
        other.destroy();
    }

    @Test
    void memoryThatTheUnitDoesNotEncryptIsRefusedWithTheReason() {
        try (PoweredSoc other = boot(node -> node.node("secure-video", child -> child
                .longs(MemoryEncryption.MEMORY, VIDEO, SIZE / 2).strings(HeapProperties.USE_CASE, "secure-video")))) {
            TmzBackend deceived = new TmzBackend(unit.get(), power.soc().deviceTree(), cpu, area, ranges);
            PoolOffer offer = deceived.offers().getFirst();
            assertThat(offer.refusal().orElseThrow().why()).contains("does not encrypt").contains("secure-video");
            refused(HeapError.INVALID_ARGUMENT, () -> deceived.open(offer));
            assertThat(other.soc().board()).isEqualTo("test");
        }
    }

    @Test
    void nodesThatNameNoHeapAreLeftOut() {
        try (PoweredSoc other = boot(node -> {
            video(node);
            node.node("unnamed", child -> child.longs(MemoryEncryption.MEMORY, VIDEO + SIZE, 4096))
                    .node("none", child -> child.longs(MemoryEncryption.MEMORY, VIDEO + SIZE + 4096, 4096)
                            .strings(HeapProperties.USE_CASE, "none"))
                    .node("vendor", child -> child.longs(MemoryEncryption.MEMORY, VIDEO + SIZE + 8192, 4096)
                            .strings(HeapProperties.USE_CASE, "camera-keys").cells(HeapProperties.USE_CASE_ID, 300))
                    .node("twice", child -> child.longs(MemoryEncryption.MEMORY, VIDEO + SIZE + 12288, 4096)
                            .strings(HeapProperties.USE_CASE, "secure-video"));
        })) {
            assertThat(backend(other).offers()).containsExactly(OFFER,
                    PoolOffer.serve("encrypted,camera-keys", new UseCase(300, "camera-keys")));
        }
    }
}
