// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.cloister.core.internal.World.refused;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.Access;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the CPU may do with buffers. */
@Timeout(60)
class CpuAccessTest {
    private static final Duration NOW = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(50);

    private final World world = new World();
    private FakeBackend backend;

    @AfterEach
    void close() {
        world.close();
    }

    private DmaBuf buffer(HeapAttributes attributes) {
        backend = new FakeBackend("a", PoolOffer.serve("h", UseCase.TRUSTED_UI)).with(attributes);
        world.add(backend);
        return world.heap("h").allocate(8192);
    }

    private static MemorySegment bytes(int... values) {
        var array = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            array[i] = (byte) values[i];
        }
        return MemorySegment.ofArray(array);
    }

    /** Every kind of heap that can be described, and what the CPU may do on it. */
    private static Stream<Arguments> matrix() {
        return Stream.of(
                Arguments.of(Enforcement.NONE, Access.READ_WRITE, true, true, true),
                Arguments.of(Enforcement.NONE, Access.WRITE, false, true, false),
                Arguments.of(Enforcement.NONE, Access.NONE, false, false, false),
                Arguments.of(Enforcement.FIREWALL, Access.WRITE, false, true, false),
                Arguments.of(Enforcement.FIREWALL, Access.NONE, false, false, false),
                Arguments.of(Enforcement.ENCRYPTION, Access.READ_WRITE, false, true, false),
                Arguments.of(Enforcement.ENCRYPTION, Access.WRITE, false, true, false),
                Arguments.of(Enforcement.ENCRYPTION, Access.NONE, false, false, false));
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void theHeapAndItsRestrictionDecide(
            Enforcement enforcement, Access cpu, boolean reads, boolean writes, boolean mapsForReading) {
        DmaBuf buffer = buffer(HeapAttributes.builder().enforcement(enforcement).cpuAccess(cpu).build());
        expect(writes, () -> buffer.write(0, bytes(1)));
        expect(reads, () -> buffer.read(0, bytes(0)));
        expect(mapsForReading, () -> buffer.map(Access.READ, NOW).close());
        expect(writes && enforcement == Enforcement.NONE, () -> buffer.map(Access.WRITE, NOW).close());
        expect(reads && writes, () -> buffer.map(Access.READ_WRITE, NOW).close());
        if (!reads) {
            assertThat(backend.pool().script.calls("read")).as("the backend is not even asked").isZero();
        }
    }

    private static void expect(boolean permitted, Runnable access) {
        if (permitted) {
            access.run();
        } else {
            refused(HeapError.CPU_ACCESS_DENIED, access::run);
        }
    }

    @Test
    void whatIsWrittenIsRead() {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        buffer.write(8190, bytes(7, 9));
        var into = bytes(0, 0, 0);
        buffer.read(8189, into);
        assertThat(into.toArray(ValueLayout.JAVA_BYTE)).containsExactly(0, 7, 9);
    }

    @ParameterizedTest
    @CsvSource({"0, 8192", "8191, 1", "8192, 0", "0, 0"})
    void transfersWithinTheBufferAreDone(long offset, int length) {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        buffer.write(offset, MemorySegment.ofArray(new byte[length]));
        buffer.read(offset, MemorySegment.ofArray(new byte[length]));
    }

    @ParameterizedTest
    @CsvSource({"-1, 1", "0, 8193", "8192, 1", "8193, 0", "1, 8192", "9223372036854775807, 1", "9223372036854775807, 0",
        "-9223372036854775808, 1", "-1, 0"})
    void transfersThatLeaveTheBufferAreRefused(long offset, int length) {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        var segment = MemorySegment.ofArray(new byte[length]);
        assertThat(refused(HeapError.OUT_OF_BOUNDS, () -> buffer.write(offset, segment)))
                .hasMessageContaining("8192 bytes");
        refused(HeapError.OUT_OF_BOUNDS, () -> buffer.read(offset, segment));
        assertThat(backend.pool().script.calls("write")).isZero();
    }

    /** A backend must not be taken for a bad one because its user passes rubbish. */
    @Test
    void segmentsThatTheCallerMayNotUseAreTheCallersFault() throws Exception {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(16);
        }
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> buffer.write(0, closed))).hasMessageContaining("closed");
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> buffer.read(0, bytes(0).asReadOnly())))
                .hasMessageContaining("read-only");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mine = arena.allocate(16);
            var other = new FutureTask<>(() -> refused(HeapError.INVALID_ARGUMENT, () -> buffer.write(0, mine)));
            Thread.ofPlatform().start(other);
            assertThat(other.get()).hasMessageContaining("another thread");
        }
        assertThatNullPointerException().isThrownBy(() -> buffer.write(0, null));
        assertThat(world.events(HeapEvent.BackendFailed.class)).isEmpty();
        buffer.write(0, bytes(1).asReadOnly());
    }

    @Test
    void aSegmentThatIsClosedDuringTheTransferIsTheCallersFaultToo() {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(16);
        backend.pool().script.before("write", arena::close);
        assertThat(refused(HeapError.INVALID_ARGUMENT, () -> buffer.write(0, segment)))
                .hasMessageContaining("closed meanwhile");
        assertThat(world.events(HeapEvent.BackendFailed.class)).isEmpty();
    }

    @Test
    void aFaultOnTheBusIsPassedOn() {
        DmaBuf buffer = buffer(FakeBackend.RESTRICTED);
        backend.pool().script.fail("write", new HeapException(HeapError.FAULT, "write", "bus", "blocked", "do not"));
        refused(HeapError.FAULT, () -> buffer.write(0, bytes(1)));
        assertThat(world.events(HeapEvent.BackendFailed.class)).isEmpty();
    }

    @Test
    void aMappingShowsTheBuffer() {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        try (CpuMapping mapping = buffer.map(Access.READ_WRITE, NOW)) {
            assertThat(mapping.access()).isEqualTo(Access.READ_WRITE);
            assertThat(mapping.segment().byteSize()).isEqualTo(8192);
            assertThat(mapping.segment().isReadOnly()).isFalse();
            mapping.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
        try (CpuMapping mapping = buffer.map(Access.READ, NOW)) {
            assertThat(mapping.segment().isReadOnly()).isTrue();
        }
        try (CpuMapping mapping = buffer.map(Access.WRITE, NOW)) {
            assertThat(mapping.segment().isReadOnly()).isFalse();
        }
    }

    @Test
    void aMappingIsForSomething() {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        refused(HeapError.INVALID_ARGUMENT, () -> buffer.map(Access.NONE, NOW));
        assertThatNullPointerException().isThrownBy(() -> buffer.map(null, NOW));
        assertThatNullPointerException().isThrownBy(() -> buffer.map(Access.READ, null));
        assertThat(buffer.state()).hasToString("LIVE");
    }

    /** Linux, begin_cpu_access: reading waits for writers, writing for readers, too. */
    @ParameterizedTest
    @CsvSource({"READ, KERNEL, true", "READ, WRITE, true", "READ, READ, false", "READ, BOOKKEEP, false",
        "WRITE, KERNEL, true", "WRITE, WRITE, true", "WRITE, READ, true", "WRITE, BOOKKEEP, false",
        "READ_WRITE, KERNEL, true", "READ_WRITE, WRITE, true", "READ_WRITE, READ, true", "READ_WRITE, BOOKKEEP, false"})
    void mappingWaitsForFences(Access access, Fence.Usage usage, boolean waits) {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        var fence = new Fence("late gpu");
        buffer.reservation().add(fence, usage);
        if (waits) {
            assertThat(refused(HeapError.TIMED_OUT, () -> buffer.map(access, NOW))).hasMessageContaining("late gpu");
            refused(HeapError.TIMED_OUT, () -> buffer.map(access, Duration.ofNanos(1000)));
            refused(HeapError.TIMED_OUT, () -> buffer.map(access, Duration.ofSeconds(-5)));
            fence.signal();
        }
        buffer.map(access, NOW).close();
    }

    @Test
    void mappingGoesOnWhenTheFenceIsSignalled() throws Exception {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        var fence = new Fence("gpu");
        buffer.reservation().add(fence, Fence.Usage.WRITE);
        var mapping = new FutureTask<>(() -> buffer.map(Access.READ, Duration.ofSeconds(Long.MAX_VALUE)));
        Thread.ofPlatform().daemon().start(mapping);
        fence.signal();
        mapping.get().close();
    }

    @Test
    void anInterruptEndsTheWaitAndNothingIsMapped() {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        buffer.reservation().add(new Fence("gpu"), Fence.Usage.WRITE);
        Thread.currentThread().interrupt();
        refused(HeapError.INTERRUPTED, () -> buffer.map(Access.READ, LONG));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(backend.pool().mappings).hasValue(0);
    }

    @Test
    void aMappingEndsOnce() {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        CpuMapping mapping = buffer.map(Access.READ, NOW);
        mapping.close();
        mapping.close();
        assertThat(backend.pool().mappings).hasValue(0);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> mapping.segment().get(ValueLayout.JAVA_BYTE, 0));
        buffer.close();
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void mappingsEndWithTheReferenceTheyWereMadeThrough() {
        DmaBuf buffer = buffer(FakeBackend.NORMAL);
        DmaBuf other = world.heaps("other").reference(buffer);
        CpuMapping one = buffer.map(Access.READ, NOW);
        CpuMapping two = buffer.map(Access.WRITE, NOW);
        CpuMapping foreign = other.map(Access.READ, NOW);
        buffer.close();
        assertThat(List.of(one, two)).allSatisfy(m -> assertThat(m.segment().scope().isAlive()).isFalse());
        assertThat(foreign.segment().scope().isAlive()).isTrue();
        assertThat(backend.pool().live()).isOne();
        other.close();
        assertThat(foreign.segment().scope().isAlive()).isFalse();
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void aMappingAndTheCloseOfItsReferenceMeet() throws Exception {
        DmaBuf keeper = buffer(FakeBackend.NORMAL);
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf reference = world.heaps().reference(keeper);
                race.meet(reference::close, () -> {
                    try {
                        reference.map(Access.READ, NOW); // not closed: the reference's end must do
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.CLOSED);
                    }
                });
                assertThat(backend.pool().mappings).as("round %d", round).hasValue(0);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Access.class, names = {"READ", "WRITE", "READ_WRITE"})
    void nothingIsMappedOnRestrictedMemory(Access access) {
        DmaBuf buffer = buffer(HeapAttributes.builder().enforcement(Enforcement.ENCRYPTION).build());
        assertThat(refused(HeapError.CPU_ACCESS_DENIED, () -> buffer.map(access, NOW)))
                .hasMessageContaining("never mapped");
        assertThat(backend.pool().script.calls("map")).isZero();
    }
}
