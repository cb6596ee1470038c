// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.backend.mtk.internal.Fixture.MIB;
import static org.cloister.backend.mtk.internal.Fixture.refused;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.stream.LongStream;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heaps over the emulated application in the emulated OP-TEE. */
class MtkBackendTest {
    private static final long PAGE = 4096;
    private static final long CARVE_OUT = 0xa000_0000L;

    private Fixture f = new Fixture();

    @AfterEach
    void switchOff() {
        f.close();
    }

    private void again(Optional<UUID> configured, SecureVideo secureVideo) {
        f.close();
        f = new Fixture(configured, Numbering.CURRENT, secureVideo);
    }

    private boolean cpuReads(long address) {
        try {
            f.soc().memory(Initiator.CPU).read(address, MemorySegment.ofArray(new byte[1]));
            return true;
        } catch (BusFault e) {
            return false;
        }
    }

    @Test
    void offersBothHeapsAndTheStandardNameIfSo() {
        assertThat(f.backend.offers()).extracting(PoolOffer::heap)
                .containsExactly("restricted_mtk_cm", "restricted_mtk_cma", "protected,secure-video");
        assertThat(f.backend.offers()).extracting(PoolOffer::useCase).containsOnly(UseCase.SECURE_VIDEO);
        again(Optional.empty(), SecureVideo.NONE);
        assertThat(f.backend.offers()).extracting(PoolOffer::heap)
                .containsExactly("restricted_mtk_cm", "restricted_mtk_cma");
    }

    @Test
    void theStandardNameIsServedFromTheMemoryThatIsConfigured() {
        again(Optional.empty(), SecureVideo.CMA);
        Pool pool = f.backend.open(f.offer("protected,secure-video"));
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        assertThat(buffer.address(0)).isLessThan(CARVE_OUT);
        pool.free(buffer);
        pool.destroy();
    }

    @Test
    void withoutATrustedOsEachHeapSaysSo() {
        f.current = List.of();
        assertThat(f.backend.offers()).hasSize(3)
                .allSatisfy(offer -> assertThat(offer.refusal().orElseThrow().why()).contains("no trusted OS"));
        refused(HeapError.INVALID_ARGUMENT, () -> f.open(MemoryType.CM_TZ));
    }

    private MtkBackend backend(Optional<Binding> binding, SecureVideo secureVideo, Optional<String> problem) {
        return new MtkBackend(binding, new MtkBackend.Settings(Optional.empty(), Numbering.CURRENT, secureVideo,
                Duration.ZERO, problem), f.source(), f.tenant(), List::of, f.time, () -> { });
    }

    @Test
    void withoutSuchMemoryInTheTreeNothingIsOffered() {
        MtkBackend none = backend(Optional.empty(), SecureVideo.CM, Optional.empty());
        assertThat(none.offers()).isEmpty();
        refused(HeapError.NOT_SUPPORTED, none::regions);
    }

    @Test
    void whatIsMissingIsSaid() {
        var empty = Optional.of(new Binding(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Map.of()));
        MtkBackend none = backend(empty, SecureVideo.NONE, Optional.empty());
        assertThat(none.offers()).extracting(offer -> offer.refusal().orElseThrow().why()).containsExactly(
                "the device tree has no memory that is protected at boot",
                "the device tree has no contiguous memory to hand over");
        refused(HeapError.NOT_SUPPORTED, none::regions);
        MtkBackend bad = backend(empty, SecureVideo.NONE, Optional.of("application.uuid \"x\" is no uuid"));
        assertThat(bad.offers()).allSatisfy(offer ->
                assertThat(offer.refusal().orElseThrow().why()).contains("no uuid"));
        assertThat(refused(HeapError.NOT_SUPPORTED, bad::regions).why()).contains("no uuid");
    }

    @Test
    void theSessionIsOpenedWithTheFirstAllocation() {
        Pool pool = f.open(MemoryType.CM_TZ);
        assertThat(f.tee.opened).isEmpty();
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        assertThat(f.tee.opened).containsExactly(MtkCommand.APPLICATION);
        pool.free(buffer);
        pool.allocate(PAGE, PAGE);
        assertThat(f.tee.opened).hasSize(1);
    }

    @Test
    void memoryThatIsProtectedAtBootIsServed() {
        Pool pool = f.open(MemoryType.CM_TZ);
        assertThat(pool.attributes().grants()).contains(Map.of("video-decoder", Access.READ_WRITE, "gpu",
                Access.READ_WRITE, "display", Access.READ));
        assertThat(pool.attributes().zeroing()).isEqualTo(Zeroing.SECURE_WORLD);
        assertThat(pool.attributes().cpuAccess()).isEqualTo(Access.NONE);
        assertThat(pool.attributes().addressBits()).isEqualTo(32);
        PoolBuffer buffer = pool.allocate(3 * PAGE, PAGE);
        assertThat(buffer.address(0)).isEqualTo(CARVE_OUT);
        assertThat(buffer.size()).isEqualTo(3 * PAGE);
        assertThat(cpuReads(CARVE_OUT)).isFalse();
        assertThat(pool.teeMemory(buffer)).isEqualTo(new TeeMemory.Physical(Optional.of("optee"), CARVE_OUT));
        assertThat(pool.usage().free()).hasValue(128 * MIB - 3 * PAGE);
        var bytes = MemorySegment.ofArray(new byte[] {7});
        f.soc().memory("video-decoder").write(CARVE_OUT, bytes);
        pool.free(buffer);
        PoolBuffer next = pool.allocate(PAGE, PAGE);
        assertThat(next.address(0)).isEqualTo(CARVE_OUT);
        f.soc().memory("video-decoder").read(CARVE_OUT, bytes);
        assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0)).isZero();
        refused(HeapError.NO_MEMORY, () -> pool.allocate(129 * MIB, PAGE));
    }

    @Test
    void noCpuAccessIsPermitted() {
        Pool pool = f.open(MemoryType.CM_TZ);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        var bytes = MemorySegment.ofArray(new byte[1]);
        for (HeapException e : List.of(
                refused(HeapError.CPU_ACCESS_DENIED, () -> pool.read(buffer, 0, bytes)),
                refused(HeapError.CPU_ACCESS_DENIED, () -> pool.write(buffer, 0, bytes)),
                refused(HeapError.CPU_ACCESS_DENIED, () -> pool.map(buffer, Access.WRITE)))) {
            assertThat(e.error().errnoName()).isEqualTo("EPERM");
        }
    }

    @Test
    void contiguousMemoryIsHandedOverInBlocksOfItsShare() {
        Pool pool = f.open(MemoryType.CM_CMA);
        assertThat(pool.usage().regionsUsed()).isEmpty();
        PoolBuffer first = pool.allocate(PAGE, PAGE);
        assertThat(f.taken()).isEqualTo(64 * MIB);
        assertThat(f.regions()).isEqualTo(1);
        assertThat(cpuReads(first.address(0) + 64 * MIB - 1)).isFalse();
        assertThat(pool.usage().regionsUsed()).isEqualTo(OptionalInt.of(1));
        assertThat(pool.usage().regionsLeft()).isEqualTo(OptionalInt.of(5));
        assertThat(pool.usage().free()).hasValue(384 * MIB - PAGE);
        PoolBuffer second = pool.allocate(40 * MIB, PAGE);
        assertThat(f.regions()).isEqualTo(1);
        PoolBuffer third = pool.allocate(40 * MIB, PAGE);
        assertThat(f.regions()).isEqualTo(2);
        pool.free(first);
        pool.free(second);
        assertThat(f.regions()).isEqualTo(1);
        assertThat(f.taken()).isEqualTo(64 * MIB);
        pool.free(third);
        assertThat(f.taken()).isZero();
        assertThat(f.regions()).isZero();
        assertThat(cpuReads(third.address(0))).isTrue();
        pool.destroy();
    }

    @Test
    void aBufferLargerThanABlockGetsABlockOfItsOwn() {
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(101 * MIB, PAGE);
        assertThat(f.taken()).isEqualTo(104 * MIB);
        assertThat(buffer.segments()).isEqualTo(1);
        refused(HeapError.NO_MEMORY, () -> pool.allocate(385 * MIB, PAGE));
        refused(HeapError.NO_MEMORY, () -> pool.allocate(1L << 33, PAGE));
        assertThat(f.taken()).isEqualTo(104 * MIB);
        pool.free(buffer);
        assertThat(f.taken()).isZero();
    }

    @Test
    void allOfTheAreaCanBeHandedOver() {
        Pool pool = f.open(MemoryType.CM_CMA);
        List<PoolBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            buffers.add(pool.allocate(16 * MIB, PAGE));
        }
        assertThat(f.regions()).isEqualTo(6);
        HeapException e = refused(HeapError.NO_MEMORY, () -> pool.allocate(PAGE, PAGE));
        assertThat(pool.usage().free()).as(e.getMessage()).hasValue(0);
        buffers.forEach(pool::free);
        assertThat(f.taken()).isZero();
    }

    @Test
    void whatDoesNotFitInOnePieceIsScattered() {
        Pool pool = f.open(MemoryType.CM_CMA);
        List<PoolBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            buffers.add(pool.allocate(16 * MIB, PAGE));
        }
        pool.free(buffers.remove(1));
        pool.free(buffers.remove(10));
        PoolBuffer scattered = pool.allocate(20 * MIB, PAGE);
        assertThat(scattered.segments()).isEqualTo(2);
        assertThat(LongStream.range(0, 2).map(i -> scattered.length((int) i)).sum()).isEqualTo(20 * MIB);
        refused(HeapError.NOT_SUPPORTED, () -> pool.teeMemory(scattered));
        refused(HeapError.NO_MEMORY, () -> pool.allocate(8 * MIB, 64 * MIB));
        pool.free(scattered);
        buffers.forEach(pool::free);
        assertThat(f.taken()).isZero();
    }

    @Test
    void withoutARegionTheBudgetIsNamed() {
        f.tee.change = (command, answer) -> command == MtkCommand.REGION_COUNT
                ? DisturbedTee.with(answer, 0, 32, 0) : answer;
        Pool pool = f.open(MemoryType.CM_CMA);
        for (int i = 0; i < 6; i++) {
            pool.allocate(12 * MIB, PAGE);
        }
        long before = f.taken();
        HeapException e = refused(HeapError.NO_REGION, () -> pool.allocate(12 * MIB, PAGE));
        assertThat(e.why()).contains("6 of 32 firewall regions");
        assertThat(f.taken()).isEqualTo(before);
    }

    @Test
    void anApplicationThatDoesNotCountRegionsGetsAllAtOnce() {
        f.tee.change = (command, answer) -> command == MtkCommand.REGION_COUNT
                ? new TeeResult(TeeCode.NOT_SUPPORTED, answer.origin(), answer.params()) : answer;
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        assertThat(f.area().free()).isZero();
        pool.free(buffer);
        assertThat(f.taken()).isZero();
    }

    @Test
    void twoPoolsShareTheMemory() {
        Pool cm = f.open(MemoryType.CM_TZ);
        Pool standard = f.backend.open(f.offer("protected,secure-video"));
        PoolBuffer one = cm.allocate(PAGE, PAGE);
        PoolBuffer two = standard.allocate(PAGE, PAGE);
        assertThat(two.address(0)).isNotEqualTo(one.address(0));
        assertThat(standard.usage().free()).hasValue(128 * MIB - 2 * PAGE);
        refused(HeapError.INVALID_ARGUMENT, () -> cm.free(two));
        refused(HeapError.INVALID_ARGUMENT, () -> standard.teeMemory(one));
    }

    @Test
    void aPoolEndsOnceAndNotWhileBuffersAreLive() {
        Pool pool = f.open(MemoryType.CM_TZ);
        PoolBuffer buffer = pool.allocate(PAGE, PAGE);
        refused(HeapError.BUSY, pool::destroy);
        f.backend.retire();
        assertThat(f.closed).isFalse();
        pool.free(buffer);
        refused(HeapError.INVALID_ARGUMENT, () -> pool.free(buffer));
        pool.destroy();
        assertThat(f.closed).isTrue();
        refused(HeapError.CLOSED, pool::destroy);
        refused(HeapError.CLOSED, () -> pool.allocate(PAGE, PAGE));
    }

    @Test
    void withoutCoreNothingIsOpened() {
        f.backend.disconnected();
        refused(HeapError.UNAVAILABLE, () -> f.open(MemoryType.CM_TZ));
    }

    private static final UUID OTHER = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    private static final UUID TOLD = UUID.fromString("76543210-89ab-cdef-0123-456789abcdef");

    @Test
    void aWrongUuidNamesTheThree() {
        again(Optional.of(OTHER), SecureVideo.NONE);
        f.tee.told = Optional.of(TOLD);
        Pool pool = f.open(MemoryType.CM_TZ);
        HeapException e = refused(HeapError.FIRMWARE_REFUSED, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.getMessage()).contains("configuration: " + OTHER, "told by the TEE: " + TOLD,
                "known default: " + MtkCommand.APPLICATION, "which the configuration names", "ITEM_NOT_FOUND");
        assertThat(f.tee.opened).containsExactly(OTHER);
    }

    @Test
    void whatTheTrustedOsTellsComesBeforeTheDefault() {
        f.tee.told = Optional.of(TOLD);
        Pool pool = f.open(MemoryType.CM_TZ);
        HeapException e = refused(HeapError.FIRMWARE_REFUSED, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.getMessage()).contains("configuration: none", "which TEE optee names");
        f.tee.told = Optional.of(MtkCommand.APPLICATION);
        pool.allocate(PAGE, PAGE);
    }

    @Test
    void theTrustedOsTellsWhichApplicationServesMemory() {
        assertThat(f.tee.really()).contains(MtkCommand.APPLICATION);
        f.removeApplication();
        assertThat(f.tee.really()).isEmpty();
    }

    @Test
    void theApplicationMayComeLate() {
        f.removeApplication();
        Pool pool = f.open(MemoryType.CM_TZ);
        HeapException e = refused(HeapError.FIRMWARE_REFUSED, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.getMessage()).contains("told by the TEE: none", "which the default names");
        f.restartApplication(Numbering.CURRENT);
        pool.allocate(PAGE, PAGE);
    }

    @Test
    void anotherTrustedOsIsAskedWhenOneHasNoSuchApplication() {
        f.current = List.of(new OtherTee("other"), f.tee);
        Pool pool = f.open(MemoryType.CM_CMA);
        PoolBuffer kept = pool.allocate(PAGE, PAGE);
        assertThat(pool.teeMemory(kept)).isInstanceOfSatisfying(TeeMemory.Physical.class,
                where -> assertThat(where.tee()).contains(f.tee.id()));
        f.current = List.of(new OtherTee("another"), f.tee);
        pool.free(pool.allocate(PAGE, PAGE));
        assertThat(f.tee.opened).as("whoever comes besides changes nothing").hasSize(1);
        pool.free(kept);
        assertThat(f.taken()).isZero();
    }

    @Test
    void whichOfSeveralGuardsTheMemoryIsKnownBeforeTheFirstBuffer() {
        f.current = List.of(new OtherTee("other"), f.tee);
        assertThat(f.open(MemoryType.CM_CMA).tee()).contains(f.tee.id());
        assertThat(f.open(MemoryType.CM_TZ).tee()).contains(f.tee.id());
        assertThat(f.tee.opened).as("asked once").hasSize(1);
    }

    @Test
    void theOnlyOneIsNotAsked() {
        assertThat(f.open(MemoryType.CM_TZ).tee()).contains(f.tee.id());
        assertThat(f.tee.opened).isEmpty();
    }

    @Test
    void nobodyGuardsItWhereNoneHasTheApplicationYet() {
        f.removeApplication();
        f.current = List.of(new OtherTee("other"), f.tee);
        Pool pool = f.open(MemoryType.CM_TZ);
        assertThat(pool.tee()).isEmpty();
        f.restartApplication(Numbering.CURRENT);
        assertThat(pool.tee()).contains(f.tee.id());
        f.current = List.of();
        assertThat(pool.tee()).as("it goes on to guard what it has").contains(f.tee.id());
    }

    @Test
    void nobodyGuardsItWhereNoneIsThere() {
        Pool pool = f.open(MemoryType.CM_TZ);
        f.current = List.of();
        assertThat(pool.tee()).isEmpty();
    }

    @Test
    void whenNoneOfSeveralHasTheApplicationAllAreNamed() {
        f.removeApplication();
        f.current = List.of(new OtherTee("other"), f.tee);
        Pool pool = f.open(MemoryType.CM_TZ);
        HeapException e = refused(HeapError.FIRMWARE_REFUSED, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.which()).isEqualTo("TEE other, TEE optee");
        assertThat(e.why()).contains("TEE other: it opens no session", "TEE optee: it opens no session");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "4477588a-8476-11e2-ad15", "4477588a84761 1e2ad15e41f1390d676"})
    void aUuidThatIsNoneIsAProblem(String uuid) {
        MtkConfiguration wrong = new MtkConfiguration() {
            @Override
            public Class<MtkConfiguration> annotationType() {
                return MtkConfiguration.class;
            }

            @Override
            public String tee_target() {
                return "";
            }

            @Override
            public String application_uuid() {
                return uuid;
            }

            @Override
            public Numbering numbering() {
                return Numbering.CURRENT;
            }

            @Override
            public SecureVideo secure_video() {
                return SecureVideo.CM;
            }

            @Override
            public long idle_time_ms() {
                return 0;
            }
        };
        assertThat(MtkBackend.Settings.of(wrong).problem()).hasValueSatisfying(why ->
                assertThat(why).contains(uuid, "no uuid"));
    }

    @ParameterizedTest
    @EnumSource(MemoryType.class)
    void theLegacyNumberingServesWholeRanges(MemoryType type) {
        f.close();
        f = new Fixture(Optional.empty(), Numbering.LEGACY, SecureVideo.NONE);
        Pool pool = f.open(type);
        assertThat(pool.attributes().contiguous()).isTrue();
        assertThat(pool.attributes().zeroing()).isEqualTo(Zeroing.NOBODY);
        PoolBuffer one = pool.allocate(PAGE, PAGE);
        PoolBuffer two = pool.allocate(MIB, PAGE);
        assertThat(cpuReads(one.address(0))).isFalse();
        assertThat(two.address(0)).isNotEqualTo(one.address(0));
        assertThat(f.tee.commands).containsExactly(type == MemoryType.CM_TZ
                ? MtkCommand.LEGACY_ZEROED_ALLOCATE : MtkCommand.LEGACY_CHUNK_ZEROED_ALLOCATE);
        assertThat(pool.teeMemory(two)).isEqualTo(new TeeMemory.Physical(Optional.of("optee"), two.address(0)));
        pool.free(one);
        pool.free(two);
        assertThat(f.taken()).isZero();
        assertThat(f.regions()).isZero();
        refused(type == MemoryType.CM_TZ ? HeapError.NO_MEMORY : HeapError.INVALID_ARGUMENT,
                () -> pool.allocate(512 * MIB, PAGE));
        pool.allocate(PAGE, PAGE);
    }

    @Test
    void accessIsBlockedForWhoIsNotGranted() {
        Pool pool = f.open(MemoryType.CM_CMA);
        long address = pool.allocate(PAGE, PAGE).address(0);
        var bytes = MemorySegment.ofArray(new byte[8]);
        f.soc().memory("video-decoder").write(address, bytes);
        f.soc().memory("display").read(address, bytes);
        for (String intruder : List.of(Initiator.CPU, "eth-dma", "display-external")) {
            assertThatExceptionOfType(BusFault.class)
                    .isThrownBy(() -> f.soc().memory(intruder).read(address, bytes));
        }
    }
}
