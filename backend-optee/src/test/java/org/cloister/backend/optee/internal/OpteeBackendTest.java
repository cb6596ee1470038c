// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.cloister.backend.optee.internal.BackendFixture.refused;
import static org.cloister.backend.optee.internal.TestBoard.MIB;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.backend.optee.internal.TestBoard.Kind;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.UseCase;
import org.cloister.heap.Zeroing;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.layout.OpteeMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OpteeBackendTest {
    private static final long PAGE = 4096;

    private static void unreachable(PhysicalMemory memory, long address) {
        assertThatThrownBy(() -> memory.readByte(address)).isInstanceOf(BusFault.class);
        assertThatThrownBy(() -> memory.writeByte(address, (byte) 1)).isInstanceOf(BusFault.class);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void offersWhatTheFirmwareTakesAndSaysWhyNotTheRest(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            assertThat(f.backend.id()).isEqualTo("optee");
            assertThat(f.backend.offers()).extracting(PoolOffer::heap).containsExactly("protected,secure-video",
                    "protected,trusted-ui", "protected,secure-video-record");
            assertThat(f.offer(UseCase.SECURE_VIDEO).refusal()).isEmpty();
            assertThat(f.offer(UseCase.TRUSTED_UI).refusal()).isEmpty();
            assertThat(f.offer(UseCase.SECURE_VIDEO_RECORD).refusal()).hasValueSatisfying(
                    r -> assertThat(r.why()).contains("BAD_PARAMETERS"));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void lendsAtTheFirstAllocationAndTakesBackAfterTheLastFree(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            long before = f.board.taken();
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            assertThat(f.lentRegions()).isZero();
            PoolBuffer a = pool.allocate(3 * PAGE, PAGE);
            PoolBuffer b = pool.allocate(PAGE, PAGE);
            assertThat(f.lentRegions()).isOne();
            unreachable(f.board.cpu(), a.address(0));
            unreachable(f.board.cpu(), a.address(0) + MIB - 1);
            PhysicalMemory decoder = f.board.soc().memory("video-decoder");
            decoder.writeLong(a.address(0), 0x5EC2E7L);
            PhysicalMemory display = f.board.soc().memory("display");
            assertThat(display.readLong(a.address(0))).isEqualTo(0x5EC2E7L);
            assertThatThrownBy(() -> display.writeByte(a.address(0), (byte) 1)).isInstanceOf(BusFault.class);
            pool.free(a);
            assertThat(f.lentRegions()).isOne();
            pool.free(b);
            assertThat(f.lentRegions()).isZero();
            assertThat(f.board.cpu().readLong(a.address(0))).as("what was there").isZero();
            pool.destroy();
            assertThat(f.board.taken()).isEqualTo(before);
            assertThat(f.host.quarantines).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void growsPastTheFirstChunkAndHonoursAlignment(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            Pool pool = f.open(UseCase.TRUSTED_UI);
            PoolBuffer first = pool.allocate(MIB / 2, PAGE);
            assertThat(first.address(0) % 0x1_0000).as("as the firmware wants chunks").isZero();
            PoolBuffer second = pool.allocate(3 * MIB, 4 * MIB);
            assertThat(second.address(0) % (4 * MIB)).isZero();
            assertThat(f.lentRegions()).isEqualTo(2);
            unreachable(f.board.cpu(), second.address(0) + 3 * MIB - 1);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void useCasesShareNoChunk(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            PoolBuffer video = f.open(UseCase.SECURE_VIDEO).allocate(PAGE, PAGE);
            PoolBuffer surface = f.open(UseCase.TRUSTED_UI).allocate(PAGE, PAGE);
            assertThat(f.lentRegions()).isEqualTo(2);
            f.board.soc().memory("video-decoder").readByte(video.address(0));
            unreachable(f.board.soc().memory("video-decoder"), surface.address(0));
        }
    }

    @Test
    void tellsWhatTheMemoryIsLike() {
        try (var f = new BackendFixture(Kind.FFA)) {
            HeapAttributes attributes = f.open(UseCase.SECURE_VIDEO).attributes();
            assertThat(attributes.enforcement()).isEqualTo(Enforcement.FIREWALL);
            assertThat(attributes.cpuAccess()).isEqualTo(Access.NONE);
            assertThat(attributes.contiguous()).isTrue();
            assertThat(attributes.granularity()).isEqualTo(PAGE);
            assertThat(attributes.zeroing()).as("OP-TEE clears what goes back, not what is handed out")
                    .isEqualTo(Zeroing.NOBODY);
            assertThat(attributes.addressBits()).isEqualTo(31);
            assertThat(attributes.grants()).hasValue(
                    Map.of("video-decoder", Access.READ_WRITE, "display", Access.READ));
            assertThat(attributes.movable()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void tellsATeeWhereABufferIs(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            PoolBuffer first = pool.allocate(2 * PAGE, PAGE);
            PoolBuffer second = pool.allocate(PAGE, PAGE);
            var a = (TeeMemory.Parent) pool.teeMemory(first);
            var b = (TeeMemory.Parent) pool.teeMemory(second);
            assertThat(a.tee()).isEqualTo("optee");
            assertThat(a.cookie()).isEqualTo(b.cookie());
            assertThat(b.offset() - a.offset()).isEqualTo(second.address(0) - first.address(0));
        }
    }

    @Test
    void aStaticAreaServesOneUseCaseAndTheOthersLearnWhy() {
        try (var f = new BackendFixture(Kind.STATIC)) {
            assertThat(f.offer(UseCase.SECURE_VIDEO).refusal()).isEmpty();
            assertThat(f.offer(UseCase.TRUSTED_UI).refusal()).hasValueSatisfying(
                    r -> assertThat(r.why()).contains("the static area serves secure-video"));
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            assertThat(pool.attributes().addressBits()).as("firmware tells 52, of all memory").isEqualTo(31);
            PoolBuffer buffer = pool.allocate(4 * MIB, PAGE);
            assertThat(buffer.address(0)).isEqualTo(TestBoard.STATIC_AREA);
            assertThat(pool.teeMemory(buffer)).isEqualTo(new TeeMemory.Physical(TestBoard.STATIC_AREA));
            unreachable(f.board.cpu(), buffer.address(0));
            refused(HeapError.NO_MEMORY, () -> pool.allocate(PAGE, PAGE));
            refused(HeapError.BUSY, pool::destroy);
            pool.free(buffer);
            pool.destroy();
            unreachable(f.board.cpu(), buffer.address(0));
        }
    }

    @Test
    void aStaticAreaOutlivesThePoolsOverIt() {
        try (var f = new BackendFixture(Kind.STATIC)) {
            Pool old = f.open(UseCase.SECURE_VIDEO);
            PoolBuffer live = old.allocate(PAGE, PAGE);
            Pool successor = f.open(UseCase.SECURE_VIDEO);
            assertThat(successor.allocate(PAGE, PAGE).address(0)).isNotEqualTo(live.address(0));
        }
    }

    @Test
    void refusesWhatItDoesNotOffer() {
        try (var f = new BackendFixture(Kind.FFA)) {
            refused(HeapError.INVALID_ARGUMENT, () -> f.backend.open(PoolOffer.serve("mine", UseCase.SECURE_VIDEO)));
            refused(HeapError.INVALID_ARGUMENT, () -> f.backend.open(f.offer(UseCase.SECURE_VIDEO_RECORD)));
            f.backend.disconnected();
            refused(HeapError.UNAVAILABLE, () -> f.open(UseCase.SECURE_VIDEO));
        }
    }

    @Test
    void theBudgetOfRegionsHoldsForAllUseCasesTogether() {
        try (var f = new BackendFixture(Kind.FFA, 0, node -> node.cells("cloister,protected-ranges", 2))) {
            Pool video = f.open(UseCase.SECURE_VIDEO);
            Pool surface = f.open(UseCase.TRUSTED_UI);
            video.allocate(PAGE, PAGE);
            PoolBuffer last = surface.allocate(PAGE, PAGE);
            assertThat(video.usage().regionsUsed()).isEqualTo(OptionalInt.of(1));
            assertThat(video.usage().regionsLeft()).isEqualTo(OptionalInt.of(0));
            assertThat(refused(HeapError.NO_REGION, () -> video.allocate(MIB, PAGE)).why()).contains("2 of 2");
            assertThat(f.lentRegions()).isEqualTo(2);
            surface.free(last);
            video.allocate(MIB, PAGE);
        }
    }

    @Test
    void whereTheBudgetIsNotToldTheFirmwareDecides() {
        try (var f = new BackendFixture(Kind.FFA)) {
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            int left = f.board.soc().firewall().budget().left();
            for (int i = 0; i < left; i++) {
                pool.allocate(MIB, PAGE);
            }
            long taken = f.board.taken();
            refused(HeapError.FIRMWARE_REFUSED, () -> pool.allocate(MIB, PAGE));
            assertThat(f.board.taken()).as("what was to be lent went back").isEqualTo(taken);
            assertThat(f.host.quarantines).isEmpty();
            assertThat(pool.usage().regionsLeft()).isEmpty();
        }
    }

    @Test
    void anIdleChunkOfOneUseCaseMakesRoomForAnother() {
        try (var f = new BackendFixture(Kind.FFA, 1, node -> node.cells("cloister,protected-ranges", 1))) {
            Pool video = f.open(UseCase.SECURE_VIDEO);
            Pool surface = f.open(UseCase.TRUSTED_UI);
            video.free(video.allocate(PAGE, PAGE));
            assertThat(f.lentRegions()).as("kept for the next").isOne();
            surface.allocate(PAGE, PAGE);
            assertThat(f.lentRegions()).isOne();
        }
    }

    @Test
    void anIdleChunkGoesBackAfterItsTime() {
        try (var f = new BackendFixture(Kind.SMC, 1, node -> { })) {
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            pool.free(pool.allocate(PAGE, PAGE));
            assertThat(f.lentRegions()).isOne();
            f.board.time().advance(BackendFixture.IDLE);
            assertThat(f.lentRegions()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void poolsGoOnWhenTheDriverIsRetiredUntilTheyAreDestroyed(Kind kind) {
        try (var f = new BackendFixture(kind)) {
            long before = f.board.taken();
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            PoolBuffer buffer = pool.allocate(PAGE, PAGE);
            f.driver().retire();
            f.driver().release();
            assertThat(f.board.closed()).isZero();
            Discovery second = f.board.look();
            assertThat(second.driver()).as("another driver, while the first drains").isPresent();
            Pool next = connected(f, second).open(f.offer(UseCase.SECURE_VIDEO));
            PoolBuffer other = next.allocate(PAGE, PAGE);
            assertThat(other.address(0)).isNotEqualTo(buffer.address(0));
            pool.free(buffer);
            pool.destroy();
            assertThat(f.board.closed()).isOne();
            next.free(other);
            next.destroy();
            second.driver().orElseThrow().retire();
            second.driver().orElseThrow().release();
            assertThat(f.board.closed()).isEqualTo(2);
            assertThat(f.lentRegions()).isZero();
            assertThat(f.board.taken()).as("of FF-A's buffers, message pages, chunks").isLessThan(before);
            assertThat(f.host.quarantines).isEmpty();
        }
    }

    private static OpteeBackend connected(BackendFixture f, Discovery discovery) {
        OpteeBackend backend = BackendFixture.backend(f.board, discovery, 0);
        backend.connected(f.host);
        return backend;
    }

    @Test
    void aRetiredDriverLendsNoMore() {
        try (var f = new BackendFixture(Kind.FFA)) {
            Pool pool = f.open(UseCase.SECURE_VIDEO);
            f.driver().retire();
            refused(HeapError.UNAVAILABLE, () -> pool.allocate(PAGE, PAGE));
            assertThat(f.host.quarantines).isEmpty();
        }
    }

    @Test
    void saysWhyThereIsNoHeapAtAll() {
        try (var board = TestBoard.of(Kind.NONE)) {
            board.conduit().instead(r -> true, r -> r.set(0, -1));
            Discovery nothing = board.look();
            assertThat(nothing.driver()).isEmpty();
            OpteeBackend backend = BackendFixture.backend(board, nothing, 0);
            backend.connected(new TestHost());
            List<PoolOffer> offers = backend.offers();
            assertThat(offers).hasSize(3).allSatisfy(o -> assertThat(o.refusal().orElseThrow().why())
                    .contains("no FF-A").contains("names no OP-TEE"));
            refused(HeapError.INVALID_ARGUMENT, () -> backend.open(offers.getFirst()));
            assertThat(board.taken()).isZero();
        }
    }

    @Test
    void deadFirmwareIsNoFirmware() {
        try (var board = TestBoard.of(Kind.NONE)) {
            Discovery nothing = board.look();
            assertThat(nothing.driver()).isEmpty();
            assertThat(BackendFixture.backend(board, nothing, 0).offers())
                    .allSatisfy(o -> assertThat(o.refusal().orElseThrow().why()).contains("FIRMWARE_DEAD"));
        }
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"FFA", "SMC"})
    void pagesOfMessagesGoBackWhenTheLastMessageIsOver(Kind kind) {
        try (var board = TestBoard.of(kind, node -> { })) {
            long before = board.taken();
            Driver driver = board.look().driver().orElseThrow();
            Message last = driver.messages().begin("test", OpteeMessage.CANCEL, 0, 0, 0, 0);
            driver.retire();
            driver.release();
            assertThat(board.taken()).as("while OP-TEE may write to it").isGreaterThan(before);
            refused(HeapError.UNAVAILABLE, () -> driver.messages().begin("test", OpteeMessage.CANCEL, 0, 0, 0, 0));
            last.close();
            assertThat(board.taken()).isEqualTo(before);
        }
    }
}
