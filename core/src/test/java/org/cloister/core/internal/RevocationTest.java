// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.refused;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.heap.Reservation;
import org.cloister.importer.Attachment;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers that are taken away. Promise 5. */
@Timeout(60)
class RevocationTest {
    private static final Duration DEADLINE = Duration.ofSeconds(5); // calls may last longer
    private static final Duration NOW = Duration.ZERO;

    private final World world = new World(World.deadline(DEADLINE));
    private final FakeBackend backend = FakeBackend.video("a");
    private final FakeImporter decoder = new FakeImporter("decoder");
    private final Candidate candidate = world.add(backend);

    @AfterEach
    void close() {
        world.close();
    }

    private static MemorySegment aByte() {
        return MemorySegment.ofArray(new byte[1]);
    }

    private void leaveAndPassDeadline() {
        world.remove(candidate);
        world.pass(DEADLINE);
    }

    @Test
    void buffersStayUsableUntilTheDeadline() {
        DmaBuf buffer = world.video().allocate(1);
        world.pass(Duration.ofHours(1));
        world.remove(candidate);
        world.pass(DEADLINE.minusNanos(1));
        buffer.write(0, aByte());
        assertThat(buffer.state()).isEqualTo(BufferState.LIVE);
        world.pass(Duration.ofNanos(1));
        assertThat(buffer.state()).isEqualTo(BufferState.REVOKED);
        assertThat(backend.pool().live()).as("the memory is back").isZero();
        world.queue.runAll();
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
        assertThat(world.events(HeapEvent.Revoked.class)).containsExactly(
                new HeapEvent.Revoked(World.VIDEO, buffer.id(), "backend a left 5000 ms ago"));
    }

    @Test
    void withoutADeadlineTheyStayUntilTheyAreReleased() {
        try (var patient = new World()) {
            var other = FakeBackend.video("a");
            Candidate leaving = patient.add(other);
            DmaBuf buffer = patient.video().allocate(1);
            patient.remove(leaving);
            patient.pass(Duration.ofDays(1));
            buffer.write(0, aByte());
            buffer.close();
        }
    }

    @Test
    void aDeadlineOfZeroRevokesAtOnce() {
        world.core.configure(World.deadline(NOW));
        DmaBuf buffer = world.video().allocate(1);
        world.remove(candidate);
        world.pass(NOW);
        assertThat(buffer.state()).isEqualTo(BufferState.REVOKED);
    }

    @Test
    void everythingButClosingIsRefusedAfterwards() {
        DmaBuf buffer = world.video().allocate(1);
        buffer.setName("frame");
        Attachment attachment = world.importers().attach(buffer, decoder, Access.READ);
        leaveAndPassDeadline();
        assertThat(refused(HeapError.REVOKED, () -> buffer.write(0, aByte()))).hasMessageContaining("backend a left");
        refused(HeapError.REVOKED, () -> buffer.write(-1, aByte()));
        refused(HeapError.REVOKED, () -> buffer.read(0, aByte()));
        refused(HeapError.REVOKED, () -> buffer.map(Access.READ, Duration.ofSeconds(50)));
        refused(HeapError.REVOKED, () -> buffer.setName("other"));
        refused(HeapError.REVOKED, buffer::reservation);
        refused(HeapError.REVOKED, buffer::fd);
        refused(HeapError.REVOKED, () -> world.importers().attach(buffer, decoder, Access.READ));
        refused(HeapError.REVOKED, () -> attachment.map(Access.READ, NOW));
        refused(HeapError.REVOKED, () -> backend.host().borrow(buffer));
        assertThat(buffer.id()).isPositive();
        assertThat(buffer.size()).isEqualTo(4096);
        assertThat(buffer.name()).isEqualTo("frame");
        assertThat(buffer.record().backend()).isEqualTo("a");
        try (DmaBuf further = world.heaps("other").reference(buffer)) {
            assertThat(further.state()).as("a reference may be passed on").isEqualTo(BufferState.REVOKED);
        }
        attachment.close();
        buffer.close();
        buffer.close();
        assertThat(buffer.state()).isEqualTo(BufferState.RELEASED);
        assertThat(backend.pool().script.calls("free")).isOne();
    }

    @Test
    void fencesOutliveTheBuffer() {
        DmaBuf buffer = world.video().allocate(1);
        Reservation fences = buffer.reservation();
        var late = new Fence("late");
        fences.add(late, Fence.Usage.WRITE);
        leaveAndPassDeadline();
        assertThat(fences.pending(Fence.Usage.WRITE)).containsExactly(late);
        late.signal();
        assertThat(fences.isIdle(Fence.Usage.BOOKKEEP)).isTrue();
    }

    @Test
    void importersAreToldBeforeTheirMappingsEnd() {
        var seen = new ArrayList<String>();
        try (DmaBuf buffer = world.video().allocate(1);
                Attachment attachment = world.importers().attach(buffer, decoder, Access.READ_WRITE);
                Mapping mapping = attachment.map(Access.READ, NOW)) {
            decoder.reaction = told -> seen.add(told == attachment && mapping.isValid() && backend.pool().live() == 1
                    ? "told in time" : "told too late");
            leaveAndPassDeadline();
            assertThat(seen).containsExactly("told in time");
            assertThat(decoder.told).containsExactly(Invalidation.REVOKED);
            assertThat(mapping.isValid()).isFalse();
            assertThat(refused(HeapError.REVOKED, mapping::cursor)).hasMessageContaining("revoked");
            assertThat(backend.pool().live()).isZero();
        }
        assertThat(decoder.told).hasSize(1);
    }

    @Test
    void anImporterMayLetGoWhileItIsTold() {
        DmaBuf buffer = world.video().allocate(1);
        Attachment attachment = world.importers().attach(buffer, decoder, Access.READ_WRITE);
        Mapping mapping = attachment.map(Access.READ, NOW);
        buffer.close();
        decoder.reaction = told -> {
            mapping.close();
            told.close();
        };
        leaveAndPassDeadline();
        assertThat(backend.pool().script.calls("free")).isOne();
        refused(HeapError.CLOSED, mapping::cursor);
        refused(HeapError.CLOSED, () -> attachment.map(Access.READ, NOW));
    }

    @Test
    void anImporterThatThrowsKeepsNobody() {
        DmaBuf buffer = world.video().allocate(1);
        Mapping mapping = world.importers().attach(buffer, decoder, Access.READ).map(Access.READ, NOW);
        var display = new FakeImporter("display");
        world.importers().attach(buffer, display, Access.READ);
        decoder.script.fail("invalidated", new AssertionError("boom"));
        decoder.script.fail("name", new IllegalStateException("no longer"));
        leaveAndPassDeadline();
        assertThat(mapping.isValid()).isFalse();
        assertThat(display.told).containsExactly(Invalidation.REVOKED);
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void anImporterThatHangsIsNotWaitedForForEver() throws Exception {
        try (var quick = World.threaded(World.limits(World.CALL_LIMIT, Duration.ofMillis(1)))) {
            var other = FakeBackend.video("b");
            quick.add(other);
            List<FakeImporter> hanging = List.of(new FakeImporter("h1"), new FakeImporter("h2"));
            List<Script.Hang> hangs = hanging.stream().map(i -> i.script.hang("invalidated")).toList();
            DmaBuf buffer = quick.video().allocate(1);
            var mappings = new ArrayList<Mapping>();
            for (FakeImporter importer : hanging) {
                mappings.add(quick.importers().attach(buffer, importer, Access.READ).map(Access.READ, NOW));
            }
            other.host().failed(other.pool(), "it died");
            for (Script.Hang hang : hangs) {
                hang.awaitEntered();
            }
            var gone = new FutureTask<>(() -> {
                while (other.pool().live() > 0) {
                    Thread.onSpinWait();
                }
                return true;
            });
            Thread.ofPlatform().daemon().start(gone);
            assertThat(gone.get()).isTrue();
            assertThat(mappings).noneMatch(Mapping::isValid);
        }
    }

    @Test
    void oneBuffersHangingImporterDoesNotDelayTheOthers() throws Exception {
        DmaBuf stuck = world.video().allocate(1);
        DmaBuf free = world.video().allocate(1);
        DmaBuf attached = world.video().allocate(1);
        var display = new FakeImporter("display");
        Script.Hang hang = decoder.script.hang("invalidated");
        world.importers().attach(stuck, decoder, Access.READ);
        world.importers().attach(attached, display, Access.READ);
        world.core.remove(candidate);
        world.time.advance(DEADLINE);
        var revocation = new FutureTask<>(() -> {
            world.queue.runAll();
            return true;
        });
        Thread.ofPlatform().daemon().start(revocation);
        hang.awaitEntered();
        world.queue.runAll(); // another worker finds what is left to do
        assertThat(free.state()).isEqualTo(BufferState.REVOKED);
        assertThat(attached.state()).isEqualTo(BufferState.REVOKED);
        assertThat(display.told).hasSize(1);
        hang.release();
        revocation.get();
    }

    @Test
    void cpuMappingsEnd() {
        try (var normal = new World(World.deadline(DEADLINE))) {
            var other = FakeBackend.video("a").with(FakeBackend.NORMAL);
            Candidate leaving = normal.add(other);
            DmaBuf buffer = normal.video().allocate(1);
            CpuMapping mapping = buffer.map(Access.READ_WRITE, NOW);
            normal.remove(leaving);
            normal.pass(DEADLINE);
            assertThat(mapping.segment().scope().isAlive()).isFalse();
            assertThat(other.pool().live()).isZero();
            mapping.close();
            buffer.close();
        }
    }

    @Test
    void aCpuMappingThatCannotEndHoldsNothingElseUp() {
        try (var normal = new World(World.deadline(DEADLINE))) {
            var other = FakeBackend.video("a").with(FakeBackend.NORMAL);
            Candidate leaving = normal.add(other);
            DmaBuf buffer = normal.video().allocate(1);
            buffer.map(Access.READ, NOW);
            Mapping mapping = normal.importers().attach(buffer, decoder, Access.READ).map(Access.READ, NOW);
            other.pool().script.fail("unmap", new IllegalStateException("boom"));
            normal.remove(leaving);
            normal.pass(DEADLINE);
            assertThat(mapping.isValid()).isFalse();
            assertThat(other.pool().live()).isZero();
            buffer.close();
        }
    }

    @Test
    void memoryWaitsForTheCpuAccessUnderWay() throws Exception {
        DmaBuf buffer = world.video().allocate(1);
        Script.Hang hang = backend.pool().script.hang("write");
        var write = new FutureTask<>(() -> {
            buffer.write(0, aByte());
            return true;
        });
        Thread.ofPlatform().daemon().start(write);
        hang.awaitEntered();
        leaveAndPassDeadline();
        assertThat(buffer.state()).isEqualTo(BufferState.REVOKED);
        assertThat(backend.pool().live()).as("still being written").isOne();
        hang.release();
        assertThat(write.get()).isTrue();
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void borrowersAreToldAndKeepTheMemoryUntilTheyLetGo() {
        DmaBuf buffer = world.video().allocate(1);
        BorrowedBuffer loan = backend.host().borrow(buffer);
        assertThat(loan.pool()).isSameAs(backend.pool());
        assertThat(loan.memory().size()).isEqualTo(4096);
        var told = new ArrayList<String>();
        loan.onRevoke(() -> {
            throw new IllegalStateException("boom");
        });
        loan.onRevoke(() -> told.add("live " + backend.pool().live()));
        leaveAndPassDeadline();
        assertThat(told).containsExactly("live 1");
        assertThat(backend.pool().live()).as("a TEE may still have it registered").isOne();
        loan.onRevoke(() -> told.add("late"));
        assertThat(told).containsExactly("live 1", "late");
        loan.close();
        loan.close();
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void aBorrowerKeepsTheBufferAlive() {
        DmaBuf buffer = world.video().allocate(1);
        try (BorrowedBuffer loan = backend.host().borrow(buffer)) {
            loan.onRevoke(() -> {
                throw new AssertionError("nothing was revoked");
            });
            buffer.close();
            assertThat(backend.pool().live()).isOne();
        }
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void aFailedPoolsBuffersAreRevokedAtOnce() {
        DmaBuf buffer = world.video().allocate(1);
        backend.host().failed(backend.pool(), "the firmware died");
        assertThat(buffer.state()).as("on a thread of core's own").isEqualTo(BufferState.LIVE);
        world.queue.runAll();
        assertThat(buffer.state()).isEqualTo(BufferState.REVOKED);
        assertThat(refused(HeapError.REVOKED, () -> buffer.write(0, aByte())))
                .hasMessageContaining("the firmware died");
        assertThat(world.video().state()).isEqualTo(HeapState.UNAVAILABLE);
    }

    @Test
    void aPoolMayFailWhileItIsDrained() {
        DmaBuf buffer = world.video().allocate(1);
        FakePool old = backend.pool();
        var next = FakeBackend.video("next");
        world.add(next, 10);
        backend.host().failed(old, "the firmware died");
        world.queue.runAll();
        assertThat(buffer.state()).isEqualTo(BufferState.REVOKED);
        assertThat(world.video().backend()).isEqualTo("next");
    }

    @Test
    void nobodyFailsAPoolOfOthers() {
        var rogue = FakeBackend.video("rogue");
        world.add(rogue, -1);
        DmaBuf buffer = world.video().allocate(1);
        rogue.host().failed(backend.pool(), "I say so");
        world.queue.runAll();
        assertThat(world.video().backend()).isEqualTo("a");
        assertThat(buffer.state()).isEqualTo(BufferState.LIVE);
        assertThat(world.events(HeapEvent.BackendFailed.class)).isEmpty();
    }

    @Test
    void anAllocationThatComesBackAfterTheDeadlineIsNotForgotten() throws Exception {
        Script.Hang hang = backend.pool().script.hang("allocate");
        var allocation = new FutureTask<>(() -> {
            try (DmaBuf buffer = world.video().allocate(1)) {
                return buffer.record().backend();
            }
        });
        Thread.ofPlatform().daemon().start(allocation);
        hang.awaitEntered();
        world.add(FakeBackend.video("next"));
        world.remove(candidate);
        world.pass(DEADLINE);
        hang.release();
        assertThat(allocation.get()).as("served by the successor instead").isEqualTo("next");
        assertThat(backend.pool().live()).isZero();
        world.queue.runAll();
        assertThat(backend.pool().isDestroyed()).isTrue();
    }

    @Test
    void revocationAndReleaseMeet() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf buffer = world.video().allocate(1);
                Buffer behind = ((BufferReference) buffer).buffer();
                var revoked = new AtomicReference<Boolean>();
                race.meet(buffer::close, () -> revoked.set(behind.revoke()));
                assertThat(backend.pool().live()).isZero();
                assertThat(revoked.get()).isNotNull();
                assertThat(behind.revoke()).isFalse();
            }
        }
        assertThat(backend.pool().script.calls("free")).isEqualTo(Race.ROUNDS);
    }

    @Test
    void ofTwoRevocationsOneCounts() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf buffer = world.video().allocate(1);
                Buffer behind = ((BufferReference) buffer).buffer();
                assertThat(race.run(behind::revoke, behind::revoke)).containsExactlyInAnyOrder(true, false);
                assertThat(backend.pool().live()).isZero();
                buffer.close();
            }
        }
    }

    @Test
    void revocationAndAWriteMeet() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf buffer = world.video().allocate(1);
                Buffer behind = ((BufferReference) buffer).buffer();
                race.meet(behind::revoke, () -> {
                    try {
                        buffer.write(0, aByte()); // the pool notes a write to what is not live
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.REVOKED);
                    }
                });
                assertThat(backend.pool().live()).isZero();
                buffer.close();
            }
        }
    }

    @Test
    void revocationAndAMappingMeet() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < 500; round++) {
                DmaBuf buffer = world.video().allocate(1);
                Buffer behind = ((BufferReference) buffer).buffer();
                Attachment attachment = world.importers().attach(buffer, decoder, Access.READ);
                var mapping = new AtomicReference<Mapping>();
                race.meet(behind::revoke, () -> {
                    try {
                        mapping.set(attachment.map(Access.READ, NOW));
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.REVOKED);
                    }
                });
                if (mapping.get() != null) {
                    assertThat(mapping.get().isValid()).isFalse();
                }
                assertThat(backend.pool().live()).isZero();
                attachment.close();
                buffer.close();
            }
        }
    }
}
