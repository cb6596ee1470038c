// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Enforcement;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapState;
import org.cloister.importer.Attachment;
import org.cloister.importer.Constraints;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.cloister.importer.SegmentCursor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Live buffers go over to the successor, where the configuration wants it and both can. */
class MoveTest {
    private static final HeapAttributes MOVABLE = HeapAttributes.builder().enforcement(Enforcement.FIREWALL)
            .cpuAccess(Access.WRITE).movable(true).build();

    private final World world = new World(World.policy("move"));
    private final FakeBackend old = FakeBackend.video("old").with(MOVABLE);
    private final FakeBackend next = FakeBackend.video("next").with(MOVABLE);
    private final Candidate candidate = world.add(old);

    @AfterEach
    void close() {
        world.close();
    }

    private void swap() {
        world.add(next, -1);
        world.remove(candidate);
    }

    private static FakeBuffer memory(DmaBuf buffer) {
        return (FakeBuffer) ((BufferReference) buffer).buffer().memory();
    }

    private static byte content(DmaBuf buffer) {
        return memory(buffer).bytes().get(ValueLayout.JAVA_BYTE, 0);
    }

    /** Where the buffer is. */
    private static long place(DmaBuf buffer) {
        return memory(buffer).address(0);
    }

    private DmaBuf written() {
        DmaBuf buffer = world.video().allocate(8192);
        buffer.write(0, MemorySegment.ofArray(new byte[] {42}));
        return buffer;
    }

    private static long address(Mapping mapping) {
        SegmentCursor cursor = mapping.cursor();
        assertThat(cursor.next()).isTrue();
        return cursor.address();
    }

    @Test
    void aBufferGoesOverWithItsContent() {
        DmaBuf buffer = written();
        swap();
        assertThat(buffer.record().backend()).isEqualTo("next");
        assertThat(buffer.record().generation()).isEqualTo(2);
        assertThat(buffer.state()).isEqualTo(BufferState.LIVE);
        assertThat(content(buffer)).isEqualTo((byte) 42);
        assertThat(old.pool().live()).as("the old memory is back").isZero();
        assertThat(old.pool().isDestroyed()).as("nothing keeps the old backend").isTrue();
        assertThat(old.isDisconnected()).isTrue();
        assertThat(next.pool().live()).isOne();
        assertThat(world.video().usage().buffers()).isOne();
        assertThat(world.video().usage().draining()).isZero();
        assertThat(world.events(HeapEvent.Moved.class))
                .containsExactly(new HeapEvent.Moved(World.VIDEO, buffer.id(), "old", "next"));
        buffer.write(0, MemorySegment.ofArray(new byte[] {43}));
        buffer.close();
        assertThat(next.pool().live()).isZero();
        assertThat(world.heaps().owner().bytes()).as("paid for once").hasValue(0);
    }

    @Test
    void importersAreToldAndMapAgain() {
        DmaBuf buffer = written();
        var importer = new FakeImporter("decoder");
        var standing = new AtomicBoolean();
        try (Attachment attachment = world.importers().attach(buffer, importer, Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
            assertThat(address(mapping)).isEqualTo(place(buffer));
            importer.reaction = told -> {
                standing.set(mapping.isValid());
                World.refused(HeapError.TIMED_OUT, () -> told.map(Access.READ, Duration.ZERO));
            };
            swap();
            assertThat(importer.told).containsExactly(Invalidation.MOVED);
            assertThat(standing).as("told before the mapping ended").isTrue();
            assertThat(mapping.isValid()).isFalse();
            HeapException ended = World.refused(HeapError.CLOSED, mapping::cursor);
            assertThat(ended).hasMessageContaining("the buffer was moved");
            assertThat(attachment.record().backend()).isEqualTo("next");
            try (Mapping again = attachment.map(Access.READ, Duration.ZERO)) {
                assertThat(address(again)).isEqualTo(place(buffer));
            }
        }
        buffer.close();
    }

    @Test
    void withoutASuccessorTheyWaitForOne() {
        DmaBuf buffer = written();
        world.remove(candidate);
        assertThat(world.video().state()).isEqualTo(HeapState.DRAINING);
        assertThat(buffer.record().backend()).isEqualTo("old");
        world.add(next);
        assertThat(buffer.record().backend()).isEqualTo("next");
        assertThat(old.isDisconnected()).isTrue();
        buffer.close();
    }

    @Test
    void aPolicyThatIsChangedCountsForThoseThatAreDrained() {
        world.core.configure(World.settings());
        DmaBuf buffer = written();
        swap();
        assertThat(buffer.record().backend()).isEqualTo("old");
        world.core.configure(World.policy("move"));
        world.queue.runAll();
        assertThat(buffer.record().backend()).isEqualTo("next");
        buffer.close();
    }

    @Test
    void whoCannotCopyKeepsItsBuffers() {
        Candidate rigid = world.add(FakeBackend.video("rigid").with(FakeBackend.RESTRICTED), 1);
        world.remove(candidate);
        DmaBuf buffer = written();
        world.add(next, -1);
        world.remove(rigid);
        assertThat(buffer.record().backend()).isEqualTo("rigid");
        assertThat(buffer.state()).isEqualTo(BufferState.LIVE);
        assertThat(world.video().usage().draining()).isOne();
        buffer.close();
    }

    @Test
    void whoIsNotReachedGetsNothing() {
        DmaBuf buffer = written();
        old.pool().script.answer("reaches", false);
        swap();
        assertThat(buffer.record().backend()).isEqualTo("old");
        assertThat(next.pool().script.calls("allocate")).isZero();
        buffer.close();
    }

    @Test
    void aDeviceThatCouldNotReachTheNewPlaceKeepsTheBufferWhereItIs() {
        DmaBuf buffer = written();
        var narrow = new FakeImporter("narrow", "narrow", Constraints.builder().alignment(4096).maxSegments(1).build());
        next.with(HeapAttributes.builder().enforcement(Enforcement.FIREWALL).cpuAccess(Access.NONE)
                .contiguous(false).movable(true).build()).pieces(2);
        try (Attachment attachment = world.importers().attach(buffer, narrow, Access.READ);
                Mapping mapping = attachment.map(Access.READ, Duration.ZERO)) {
            swap();
            assertThat(buffer.record().backend()).isEqualTo("old");
            assertThat(mapping.isValid()).isTrue();
            assertThat(narrow.told).isEmpty();
        }
        buffer.close();
        assertThat(next.pool().live()).isZero();
    }

    @Test
    void aCopyThatFailsLeavesTheBufferAndIsTriedAgain() {
        DmaBuf buffer = written();
        old.pool().script.fail("copy",
                new HeapException(HeapError.FIRMWARE_REFUSED, "copy", "the firmware", "it is busy", "wait"));
        swap();
        assertThat(buffer.record().backend()).isEqualTo("old");
        assertThat(next.pool().live()).as("the new place is back").isZero();
        buffer.write(0, MemorySegment.ofArray(new byte[] {44}));
        old.pool().script.forget("copy");
        world.pass(Duration.ofSeconds(1));
        assertThat(buffer.record().backend()).isEqualTo("next");
        assertThat(content(buffer)).isEqualTo((byte) 44);
        buffer.close();
    }

    @Test
    void withoutMemoryItIsTriedAgain() {
        DmaBuf buffer = written();
        world.add(next, -1);
        old.pool().script.before("reaches", () -> next.pool().script.fail("allocate",
                new HeapException(HeapError.NO_MEMORY, "allocate", "the pool", "it is full", "free some")));
        world.remove(candidate);
        assertThat(buffer.record().backend()).isEqualTo("old");
        old.pool().script.forget("reaches");
        next.pool().script.forget("allocate");
        world.pass(Duration.ofSeconds(1));
        assertThat(buffer.record().backend()).isEqualTo("next");
        buffer.close();
    }

    @Test
    void whatATrustedApplicationHoldsIsMovedAfterwards() {
        DmaBuf buffer = written();
        BorrowedBuffer borrowed = old.host().borrow(buffer);
        swap();
        assertThat(buffer.record().backend()).isEqualTo("old");
        borrowed.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(buffer.record().backend()).isEqualTo("next");
        buffer.close();
    }

    @Test
    void whatCannotBeMovedInTimeIsRevoked() {
        world.core.configure(World.policy("move:3000"));
        DmaBuf stays = written();
        DmaBuf goes = written();
        BorrowedBuffer borrowed = old.host().borrow(stays);
        swap();
        assertThat(goes.record().backend()).isEqualTo("next");
        world.pass(Duration.ofSeconds(3));
        assertThat(stays.state()).isEqualTo(BufferState.REVOKED);
        assertThat(goes.state()).as("it is no longer the old backend's").isEqualTo(BufferState.LIVE);
        borrowed.close();
        stays.close();
        goes.close();
    }

    @Test
    void heapsOfAnotherPolicyAreLeftAlone() {
        world.core.configure(World.policy("revoke:3000"));
        DmaBuf buffer = written();
        swap();
        assertThat(buffer.record().backend()).isEqualTo("old");
        world.pass(Duration.ofSeconds(3));
        assertThat(buffer.state()).isEqualTo(BufferState.REVOKED);
        buffer.close();
    }

    @Test
    @Timeout(60)
    void aCopyThatHangsIsLeftAlone() throws Exception {
        DmaBuf buffer = written();
        var stubborn = new CompletableFuture<Void>();
        old.pool().script.before("copy", () -> {
            world.calls.giveUp();
            stubborn.join(); // an interrupt does not end it
        });
        swap();
        assertThat(buffer.record().backend()).isEqualTo("old");
        buffer.write(0, MemorySegment.ofArray(new byte[] {1}));
        assertThat(next.pool().live()).as("the copy may still write there").isOne();
        stubborn.complete(null);
        while (next.pool().live() > 0) {
            Thread.onSpinWait();
        }
        buffer.close();
        world.queue.runAll();
    }

    @Test
    void cpuAccessAndMoveMeet() throws Exception {
        try (var threaded = World.threaded(World.policy("move")); var race = new Race()) {
            Candidate serving = threaded.add(FakeBackend.video("b0").with(MOVABLE));
            for (int round = 1; round < 200; round++) {
                DmaBuf buffer = threaded.video().allocate(4096);
                var importer = new FakeImporter("decoder");
                Attachment attachment = threaded.importers().attach(buffer, importer, Access.READ);
                var fresh = FakeBackend.video("b" + round).with(MOVABLE);
                Candidate former = serving;
                serving = threaded.add(fresh, -round);
                race.meet(() -> threaded.remove(former),
                        () -> buffer.write(0, MemorySegment.ofArray(new byte[] {7})),
                        () -> attachment.map(Access.READ, Duration.ofSeconds(50)).close(),
                        buffer::name);
                attachment.close();
                buffer.close();
            }
        }
    }

    @Test
    void releaseAndMoveMeet() throws Exception {
        try (var threaded = World.threaded(World.policy("move:1")); var race = new Race()) {
            Candidate serving = threaded.add(FakeBackend.video("b0").with(MOVABLE));
            for (int round = 1; round < 200; round++) {
                List<DmaBuf> buffers = List.of(threaded.video().allocate(4096), threaded.video().allocate(4096));
                var fresh = FakeBackend.video("b" + round).with(MOVABLE);
                Candidate former = serving;
                serving = threaded.add(fresh, -round);
                race.meet(() -> threaded.remove(former), () -> buffers.forEach(DmaBuf::close),
                        () -> threaded.time.advance(Duration.ofMillis(1)));
            }
        }
    }
}
