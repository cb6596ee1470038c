// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.core.internal.World.refused;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.stream.LongStream;
import org.cloister.heap.Access;
import org.cloister.heap.AllocationRequest;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Allocation, references, and the end of buffers. */
@Timeout(60)
class AllocationTest {
    private final World world = new World();
    private final FakeBackend backend = FakeBackend.video("a");

    AllocationTest() {
        world.add(backend);
    }

    @AfterEach
    void close() {
        world.close();
    }

    @ParameterizedTest
    @CsvSource({"1, 4096", "4095, 4096", "4096, 4096", "4097, 8192", "1048577, 1052672"})
    void sizesAreRoundedUpToTheGranularity(long asked, long got) {
        try (DmaBuf buffer = world.video().allocate(asked)) {
            assertThat(buffer.size()).isEqualTo(got);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void sizesBelowOneAreRefused(long size) {
        refused(HeapError.INVALID_ARGUMENT, () -> world.video().allocate(size));
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, Long.MAX_VALUE - 4094})
    void sizesThatCannotBeRoundedAreRefused(long size) {
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> world.video().allocate(size)))
                .hasMessageContaining(Long.toString(size));
        assertThat(backend.pool().script.calls("allocate")).isZero();
        assertThat(world.video().usage().buffers()).isZero();
    }

    @Test
    void sizesThatThePoolDoesNotHaveAreRefused() {
        refused(HeapError.NO_MEMORY, () -> world.video().allocate(FakePool.CAPACITY + 1));
        refused(HeapError.NO_MEMORY, () -> world.video().allocate(Long.MAX_VALUE - 4095));
        assertThat(world.video().usage().buffers()).isZero();
        assertThat(world.heaps().owner().bytes()).as("the quota is given back").hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 4096, 65536, 1 << 24})
    void theAlignmentIsHonoured(long alignment) {
        try (DmaBuf spoiler = world.video().allocate(1);
                DmaBuf buffer = world.video().allocate(AllocationRequest.of(1).aligned(alignment));
                var attachment = world.importers().attach(buffer, new FakeImporter("d"), Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
            assertThat(spoiler.id()).isNotEqualTo(buffer.id());
            SegmentCursor cursor = mapping.cursor();
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.address() % Math.max(alignment, 4096)).isZero();
        }
    }

    @Test
    void aRequestIsNeeded() {
        assertThatNullPointerException().isThrownBy(() -> world.video().allocate(null));
    }

    @Test
    void aBufferSaysWhatItIs() {
        try (DmaBuf buffer = world.video().allocate(AllocationRequest.of(1).named("frame"))) {
            assertThat(buffer.name()).isEqualTo("frame");
            assertThat(buffer.state()).isEqualTo(BufferState.LIVE);
            assertThat(buffer.record().heap()).isEqualTo(World.VIDEO);
            assertThat(buffer.record().restricted()).isTrue();
            assertThat(buffer.record().backend()).isEqualTo("a");
            assertThat(buffer.fd()).hasValue(42);
            assertThat(buffer).hasToString("buffer " + buffer.id() + " (protected,secure-video, 4096 bytes, LIVE)");
        }
    }

    @Test
    void idsAreNeverUsedTwice() {
        assertThat(LongStream.range(0, 100).map(i -> {
            try (DmaBuf buffer = world.video().allocate(1)) {
                return buffer.id();
            }
        }).distinct().count()).isEqualTo(100);
    }

    @Test
    void namesHaveAtMost31Characters() {
        try (DmaBuf buffer = world.video().allocate(1)) {
            assertThat(buffer.name()).isEmpty();
            buffer.setName("n".repeat(31));
            assertThat(refused(HeapError.INVALID_ARGUMENT, () -> buffer.setName("m".repeat(32))))
                    .hasMessageContaining("32 characters");
            assertThatNullPointerException().isThrownBy(() -> buffer.setName(null));
            assertThat(buffer.name()).isEqualTo("n".repeat(31));
            try (DmaBuf other = world.heaps("other").reference(buffer)) {
                assertThat(other.name()).as("it belongs to the buffer").isEqualTo("n".repeat(31));
            }
        }
    }

    @Test
    void closingIsIdempotent() {
        DmaBuf buffer = world.video().allocate(1);
        DmaBuf other = world.video().allocate(1);
        buffer.close();
        buffer.close();
        assertThat(backend.pool().live()).as("the other lives").isOne();
        assertThat(buffer.state()).isEqualTo(BufferState.RELEASED);
        other.close();
        assertThat(backend.pool().script.calls("free")).isEqualTo(2);
    }

    @Test
    void afterClosingNothingWorksButWhatTells() {
        DmaBuf buffer = world.video().allocate(AllocationRequest.of(1).named("gone"));
        buffer.close();
        var bytes = MemorySegment.ofArray(new byte[1]);
        refused(HeapError.CLOSED, () -> buffer.write(0, bytes));
        refused(HeapError.CLOSED, () -> buffer.read(0, bytes));
        refused(HeapError.CLOSED, () -> buffer.map(Access.READ, Duration.ZERO));
        refused(HeapError.CLOSED, () -> buffer.setName("late"));
        refused(HeapError.CLOSED, buffer::reservation);
        refused(HeapError.CLOSED, buffer::fd);
        refused(HeapError.CLOSED, () -> world.heaps().reference(buffer));
        refused(HeapError.CLOSED, () -> world.importers().attach(buffer, new FakeImporter("d"), Access.READ));
        refused(HeapError.CLOSED, () -> backend.host().borrow(buffer));
        assertThat(buffer.id()).isPositive();
        assertThat(buffer.size()).isEqualTo(4096);
        assertThat(buffer.name()).isEqualTo("gone");
        assertThat(buffer.record().backend()).isEqualTo("a");
        assertThat(buffer.state()).isEqualTo(BufferState.RELEASED);
    }

    @Test
    void theMemoryGoesBackWithTheLastReference() {
        DmaBuf first = world.video().allocate(1);
        DmaBuf second = world.heaps("other").reference(first);
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second).isNotSameAs(first);
        first.close();
        assertThat(second.state()).isEqualTo(BufferState.LIVE);
        second.write(0, MemorySegment.ofArray(new byte[1]));
        refused(HeapError.CLOSED, () -> first.write(0, MemorySegment.ofArray(new byte[1])));
        DmaBuf third = world.heaps("other").reference(second);
        second.close();
        assertThat(backend.pool().live()).isOne();
        third.close();
        assertThat(backend.pool().live()).isZero();
        assertThat(third.state()).isEqualTo(BufferState.RELEASED);
    }

    @Test
    void foreignBuffersAreNoReferences() {
        var foreign = (DmaBuf) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {DmaBuf.class}, (proxy, method, arguments) -> 1L);
        refused(HeapError.INVALID_ARGUMENT, () -> world.heaps().reference(foreign));
        refused(HeapError.INVALID_ARGUMENT,
                () -> world.importers().attach(foreign, new FakeImporter("d"), Access.READ));
        refused(HeapError.INVALID_ARGUMENT, () -> backend.host().borrow(foreign));
        assertThatNullPointerException().isThrownBy(() -> world.heaps().reference(null));
    }

    @Test
    void aBufferIsFreedOnceHoweverManyCloseIt() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf one = world.video().allocate(1);
                DmaBuf two = world.heaps("other").reference(one);
                race.meet(one::close, two::close, one::close);
                assertThat(backend.pool().live()).isZero();
            }
        }
        assertThat(backend.pool().script.calls("free")).isEqualTo(Race.ROUNDS);
    }

    @Test
    void aReferenceTakenDuringTheLastCloseIsEitherGoodOrRefused() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf last = world.video().allocate(1);
                race.meet(last::close, () -> {
                    try (DmaBuf further = world.heaps("other").reference(last)) {
                        further.write(0, MemorySegment.ofArray(new byte[1]));
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.CLOSED);
                    }
                });
                assertThat(backend.pool().live()).isZero();
            }
        }
    }

    @Test
    void aLargerGranularityRoundsMore() {
        var coarse = FakeBackend.video("coarse").with(HeapAttributes.builder().granularity(1 << 20).build());
        try (var other = new World()) {
            other.add(coarse);
            try (DmaBuf buffer = other.video().allocate((1 << 20) + 1)) {
                assertThat(buffer.size()).isEqualTo(2 << 20);
            }
            refused(HeapError.INVALID_ARGUMENT, () -> other.video().allocate(Long.MAX_VALUE - (1 << 19)));
        }
    }
}
