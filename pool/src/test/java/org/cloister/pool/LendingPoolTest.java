// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.cloister.pool.LendingFixture.BASE;
import static org.cloister.pool.LendingFixture.IDLE;
import static org.cloister.pool.LendingFixture.KIB;
import static org.cloister.pool.LendingFixture.MIB;
import static org.cloister.pool.LendingFixture.PAGE;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.Access;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LendingPoolTest {
    private final LendingFixture f = new LendingFixture();

    @Test
    void lendsNothingBeforeItIsAsked() {
        assertThat(f.worlds.log()).isEmpty();
        assertThat(f.pool.usage().free()).isEqualTo(OptionalLong.of(16 * MIB));
    }

    @Test
    void firstAllocationLendsAChunkAndTheNextOnesShareIt() {
        PoolBuffer a = f.allocate(64 * KIB);
        assertThat(f.worlds.log()).containsExactly("take 0x100000/0x1000", "lend 0x100000", "assign");
        PoolBuffer b = f.allocate(PAGE);
        assertThat(f.worlds.log()).isEmpty();
        assertThat(b.address(0)).isNotEqualTo(a.address(0));
        assertThat(a.segments()).isOne();
        assertThat(a.length(0)).isEqualTo(64 * KIB);
        assertThatThrownBy(() -> a.address(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> a.length(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void growsPastTheFirstChunk() {
        f.allocate(MIB);
        PoolBuffer second = f.allocate(MIB);
        assertThat(f.worlds.loans()).isEqualTo(2);
        f.pool.free(second);
        assertThat(f.allocate(PAGE).address(0)).as("an idle chunk serves again").isEqualTo(second.address(0));
        assertThat(f.worlds.loans()).isEqualTo(2);
    }

    @Test
    void aBufferLargerThanTheMinimumGetsAChunkOfItsOwnSize() {
        f.allocate(3 * MIB + 1);
        assertThat(f.worlds.log()).contains("lend 0x301000");
    }

    @Test
    void chunksGrowWithThePoolWhereThePolicyLetsThem() {
        var g = new LendingFixture(LendingPolicy.of(MIB, PAGE).growingTo(4 * MIB));
        for (int i = 0; i < 8; i++) {
            g.allocate(MIB);
        }
        assertThat(g.worlds.log()).filteredOn(s -> s.startsWith("lend"))
                .containsExactly("lend 0x100000", "lend 0x100000", "lend 0x200000", "lend 0x400000");
    }

    @Test
    void aSmallerChunkDoesWhenThePreferredOneIsNotToBeHad() {
        var g = new LendingFixture(LendingPolicy.of(MIB, PAGE).growingTo(64 * MIB));
        g.allocate(12 * MIB);
        g.worlds.log();
        g.allocate(MIB);
        assertThat(g.worlds.log()).containsExactly("take 0xc00000/0x1000", "take 0x600000/0x1000",
                "take 0x300000/0x1000", "lend 0x300000", "assign");
    }

    @Test
    void aSmallerChunkDoesWhenThePreferredOneIsMoreThanThereCanEverBe() {
        var worlds = new TwoWorlds(BASE + PAGE, 16 * MIB);
        var pool = new LendingPool("heap", LendingFixture.ATTRIBUTES, worlds,
                LendingPolicy.of(MIB, PAGE).growingTo(64 * MIB), f.timer, f.host);
        long aligned = worlds.take(MIB, 8 * MIB);
        pool.allocate(7 * MIB, PAGE);
        pool.allocate(6 * MIB, PAGE);
        worlds.giveBack(aligned);
        assertThat(pool.allocate(PAGE, 8 * MIB).address(0)).isEqualTo(aligned);
    }

    @Test
    void honoursTheFirmwaresAlignment() {
        var g = new LendingFixture(LendingPolicy.of(2 * MIB, 2 * MIB));
        g.worlds.take(PAGE, PAGE); // what comes next is not aligned by itself
        PoolBuffer first = g.allocate(PAGE);
        assertThat(first.address(0) % (2 * MIB)).isZero();
        g.allocate(2 * MIB + 1);
        assertThat(g.worlds.log()).contains("lend 0x400000");
    }

    @Test
    void honoursTheCallersAlignment() {
        f.worlds.take(PAGE, PAGE);
        PoolBuffer small = f.pool.allocate(PAGE, 64 * KIB);
        assertThat(small.address(0) % (64 * KIB)).isZero();
        PoolBuffer large = f.pool.allocate(PAGE, 4 * MIB);
        assertThat(large.address(0) % (4 * MIB)).isZero();
        assertThat(f.worlds.loans()).as("the first chunk had no such address").isEqualTo(2);
    }

    @Test
    void lastFreeReleasesWhatIsNotKept() {
        var g = LendingFixture.keepingNothing();
        PoolBuffer a = g.allocate(PAGE);
        PoolBuffer b = g.allocate(PAGE);
        g.pool.free(a);
        assertThat(g.worlds.loans()).isOne();
        g.worlds.log();
        g.pool.free(b);
        assertThat(g.worlds.log()).containsExactly("release", "reclaim", "give back");
        assertThat(g.worlds.takenBytes()).isZero();
    }

    @Test
    void oneBufferThatComesAndGoesIsLentOnce() {
        for (int i = 0; i < 1000; i++) {
            f.pool.free(f.allocate(MIB));
        }
        assertThat(f.worlds.log()).containsExactly("take 0x100000/0x1000", "lend 0x100000", "assign");
        assertThat(f.timer.pending()).as("timers").isOne();
    }

    @Test
    void anIdleChunkGoesWhenItsTimeIsUp() {
        PoolBuffer buffer = f.allocate(MIB);
        f.timer.advance(Duration.ofDays(1));
        assertThat(f.worlds.loans()).as("a chunk in use stays").isOne();
        f.pool.free(buffer);
        f.timer.advance(IDLE.minusNanos(1));
        assertThat(f.worlds.loans()).isOne();
        f.timer.advance(Duration.ofNanos(1));
        assertThat(f.worlds.takenBytes()).isZero();
        assertThat(f.timer.pending()).as("timers").isZero();
    }

    @Test
    void aChunkThatWasUsedMeanwhileGetsItsWholeTimeAgain() {
        f.pool.free(f.allocate(MIB));
        f.timer.advance(IDLE.dividedBy(2));
        f.pool.free(f.allocate(MIB));
        f.timer.advance(IDLE.minusNanos(1));
        assertThat(f.worlds.loans()).isOne();
        f.timer.advance(Duration.ofNanos(1));
        assertThat(f.worlds.loans()).isZero();
    }

    @Test
    void ofTooManyIdleChunksTheLongestIdleGoes() {
        List<PoolBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            buffers.add(f.allocate(MIB));
        }
        for (PoolBuffer buffer : buffers) {
            f.timer.advance(Duration.ofMillis(1));
            f.pool.free(buffer);
        }
        assertThat(f.worlds.loans()).isOne();
        assertThat(f.allocate(PAGE).address(0)).isEqualTo(buffers.getLast().address(0));
    }

    @Test
    void releasesIdleChunksOnDemand() {
        f.pool.free(f.allocate(3 * MIB));
        f.allocate(4 * MIB);
        assertThat(f.pool.releaseIdle()).isEqualTo(3 * MIB);
        assertThat(f.pool.releaseIdle()).isZero();
        assertThat(f.worlds.loans()).isOne();
    }

    @Test
    void anIdleChunkThatIsTooSmallMakesWayForALargerOne() {
        f.worlds.regions(1);
        f.pool.free(f.allocate(MIB));
        f.allocate(2 * MIB);
        assertThat(f.worlds.loans()).isOne();
        assertThat(f.worlds.madeRoom()).as("nobody else is bothered").isZero();
    }

    @Test
    void aRefusalMayMeanThatTheRegionsHaveRunOut() {
        f.worlds.regions(1);
        f.worlds.keepRegionsSecret();
        f.pool.free(f.allocate(MIB));
        f.allocate(2 * MIB);
        f.refused(HeapError.FIRMWARE_REFUSED, () -> f.pool.allocate(PAGE, PAGE));
        assertThat(f.worlds.madeRoom()).isOne();
    }

    @Test
    void neighboursMakeRoomWhenThePoolItselfCannot() {
        long neighbours = f.worlds.take(15 * MIB, PAGE);
        f.allocate(MIB);
        f.worlds.roomMaker(() -> f.worlds.giveBack(neighbours));
        f.allocate(MIB);
        assertThat(f.worlds.madeRoom()).isOne();
    }

    @Test
    @Timeout(60)
    void neighboursAreAskedOnce() {
        f.worlds.claimRoom();
        f.allocate(16 * MIB);
        f.refused(HeapError.NO_MEMORY, () -> f.pool.allocate(PAGE, PAGE));
        assertThat(f.worlds.madeRoom()).isOne();
    }

    @Test
    void refusesWhenTheRegionsAreUsedUpAndSaysHowManyThereAre() {
        f.worlds.regions(2);
        f.allocate(MIB);
        f.allocate(MIB);
        f.worlds.log();
        HeapException e = f.refused(HeapError.NO_REGION, () -> f.pool.allocate(PAGE, PAGE));
        assertThat(e.why()).contains("2 of 2 firewall regions");
        assertThat(f.worlds.log()).as("not even memory is taken").isEmpty();
        assertThat(f.worlds.madeRoom()).isOne();
        assertThat(f.pool.usage().regionsUsed()).isEqualTo(OptionalInt.of(2));
        assertThat(f.pool.usage().regionsLeft()).isEqualTo(OptionalInt.of(0));
    }

    @Test
    void refusesWhenTheMemoryIsUsedUp() {
        f.allocate(15 * MIB);
        f.refused(HeapError.NO_MEMORY, () -> f.pool.allocate(2 * MIB, PAGE));
        assertThat(f.worlds.madeRoom()).isOne();
        f.allocate(MIB);
        f.refused(HeapError.NO_MEMORY, () -> f.pool.allocate(PAGE, PAGE));
    }

    @ParameterizedTest
    @CsvSource({"0, 4096", "-1, 4096", "-9223372036854775808, 4096", "9223372036854775807, 4096", "4096, 0", "4096, -1",
        "4096, 3", "4096, 12288", "4096, -9223372036854775808"})
    void refusesWhatCanNeverBeRight(long size, long alignment) {
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.allocate(size, alignment));
        f.allocate(PAGE);
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.allocate(size, alignment));
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 40, 0x7FFF_FFFF_FFFF_0000L})
    void refusesWhatTheAreaNeverHolds(long size) {
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.allocate(size, PAGE));
        assertThat(f.worlds.takenBytes()).isZero();
    }

    @Test
    void refusesMemoryBeyondTheAddressBits() {
        var high = new TwoWorlds(1L << 36, MIB);
        var pool = new LendingPool("heap", LendingFixture.ATTRIBUTES, high, LendingPolicy.of(MIB, PAGE), f.timer,
                f.host);
        HeapException e = catchThrowableOfType(HeapException.class, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.error()).isEqualTo(HeapError.NO_MEMORY);
        assertThat(e.why()).contains("36 address bits");
        assertThat(high.takenBytes()).isZero();
        assertThat(high.log()).doesNotContain("lend 0x100000");
    }

    @Test
    void refusesALenderThatGivesUnalignedMemory() {
        var crooked = new Crooked(f.worlds);
        var pool = new LendingPool("heap", LendingFixture.ATTRIBUTES, crooked, LendingPolicy.of(MIB, PAGE), f.timer,
                f.host);
        HeapException e = catchThrowableOfType(HeapException.class, () -> pool.allocate(PAGE, PAGE));
        assertThat(e.error()).isEqualTo(HeapError.INVALID_ARGUMENT);
        assertThat(crooked.givenBack).containsExactly(BASE + 1);
    }

    /** Takes memory at an address that is no page's. */
    private static final class Crooked implements Lender {
        private final TwoWorlds worlds;
        private final List<Long> givenBack = new ArrayList<>();

        Crooked(TwoWorlds worlds) {
            this.worlds = worlds;
        }

        @Override
        public long take(long size, long alignment) {
            return worlds.take(size, alignment) + 1;
        }

        @Override
        public long lend(long address, long size) {
            throw new AssertionError("lends what is not made of pages");
        }

        @Override
        public void reclaim(long handle) {
            throw new AssertionError("reclaims what was not lent");
        }

        @Override
        public void giveBack(long address) {
            givenBack.add(address);
        }

        @Override
        public long available() {
            return worlds.available();
        }
    }

    @Test
    void freesOnlyLiveBuffersOfItsOwn() {
        PoolBuffer buffer = f.allocate(PAGE);
        f.allocate(PAGE);
        PoolBuffer foreign = new LendingFixture().allocate(PAGE);
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.free(foreign));
        f.pool.free(buffer);
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.free(buffer));
        PoolBuffer successor = f.allocate(PAGE);
        assertThat(successor.address(0)).isEqualTo(buffer.address(0));
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.free(buffer));
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.free(new PoolBuffer() {
            @Override
            public long size() {
                return PAGE;
            }

            @Override
            public long address(int segment) {
                return successor.address(0);
            }
        }));
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.teeMemory(buffer));
        f.refused(HeapError.INVALID_ARGUMENT, () -> f.pool.teeMemory(foreign));
    }

    @Test
    void tellsHowATeeFindsABuffer() {
        f.allocate(64 * KIB);
        PoolBuffer buffer = f.allocate(PAGE);
        var memory = (TeeMemory.Parent) f.pool.teeMemory(buffer);
        assertThat(memory).isEqualTo(new TeeMemory.Parent("test", 0x1000, 64 * KIB));
    }

    @Test
    void refusesTheCpu() {
        PoolBuffer buffer = f.allocate(PAGE);
        MemorySegment some = MemorySegment.ofArray(new byte[16]);
        f.refused(HeapError.CPU_ACCESS_DENIED, () -> f.pool.write(buffer, 0, some));
        f.refused(HeapError.CPU_ACCESS_DENIED, () -> f.pool.read(buffer, 0, some));
        f.refused(HeapError.CPU_ACCESS_DENIED, () -> f.pool.map(buffer, Access.READ));
    }

    @Test
    void destroyIsRefusedWhileBuffersLive() {
        PoolBuffer buffer = f.allocate(PAGE);
        HeapException e = f.refused(HeapError.BUSY, f.pool::destroy);
        assertThat(e.why()).contains("1 buffers");
        f.pool.free(buffer);
        f.pool.destroy();
        assertThat(f.worlds.takenBytes()).isZero();
        assertThat(f.worlds.timesReleased()).isOne();
        f.timer.advance(IDLE.multipliedBy(2));
    }

    @Test
    void aDestroyedPoolRefusesEverything() {
        f.pool.destroy();
        f.refused(HeapError.CLOSED, f.pool::destroy);
        f.refused(HeapError.CLOSED, () -> f.pool.allocate(PAGE, PAGE));
        assertThat(f.pool.retryQuarantined()).isZero();
        assertThat(f.pool.releaseIdle()).isZero();
        assertThat(f.worlds.timesReleased()).isOne();
        assertThat(f.worlds.log()).isEmpty();
    }

    @Test
    void refusesAttributesThatDoNotFit() {
        HeapAttributes scattered = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
                .cpuAccess(Access.NONE).contiguous(false).build();
        HeapAttributes writable = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
                .cpuAccess(Access.WRITE).build();
        HeapAttributes coarse = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
                .cpuAccess(Access.NONE).granularity(64 * KIB).build();
        for (HeapAttributes bad : List.of(scattered, writable, coarse)) {
            f.refused(HeapError.INVALID_ARGUMENT, () -> new LendingPool("heap", bad, f.worlds,
                    LendingPolicy.of(MIB, PAGE), f.timer, f.host));
        }
    }

    @Test
    void usageCountsWhatCouldStillBeLent() {
        f.worlds.regions(3);
        f.allocate(MIB / 2);
        var usage = f.pool.usage();
        assertThat(usage.capacity()).isEqualTo(OptionalLong.of(16 * MIB));
        assertThat(usage.free()).isEqualTo(OptionalLong.of(15 * MIB + MIB / 2));
        assertThat(usage.largestFree()).isEqualTo(OptionalLong.of(15 * MIB));
        f.worlds.regions(1);
        usage = f.pool.usage();
        assertThat(usage.capacity()).isEqualTo(OptionalLong.of(MIB));
        assertThat(usage.largestFree()).isEqualTo(OptionalLong.of(MIB / 2));
    }

    @Test
    void usageCountsNoRestThatIsSmallerThanAChunk() {
        f.worlds.take(16 * MIB - MIB / 2, PAGE);
        assertThat(f.pool.usage().capacity()).isEqualTo(OptionalLong.of(0));
    }

    @Test
    void usageIsSilentAboutRegionsThatNobodyCounts() {
        assertThat(f.pool.usage().regionsUsed()).isEmpty();
        assertThat(f.pool.usage().regionsLeft()).isEmpty();
    }

    @Test
    void isNamedAfterItsHeap() {
        assertThat(f.pool).hasToString("heap");
        assertThat(f.allocate(PAGE)).hasToString("0x1000 bytes at 0x40000000 of heap");
    }
}
