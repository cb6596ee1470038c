// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.refused;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferState;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapException;
import org.cloister.importer.Attachment;
import org.cloister.importer.Importers;
import org.cloister.importer.Invalidation;
import org.cloister.importer.Mapping;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 7: every reference is owned by a bundle, and goes with it. */
@Timeout(60)
class OwnershipTest {
    private static final Duration NOW = Duration.ZERO;

    private final World world = new World();
    private final FakeBackend backend = FakeBackend.video("a").with(FakeBackend.NORMAL);

    OwnershipTest() {
        world.add(backend);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static void configure(World world, Sites.Mode mode) {
        CoreSettings s = World.settings();
        world.core.configure(new CoreSettings(s.preferences(), s.policies(), s.drainDeadline(),
                s.callLimit(), s.invalidateLimit(),
                s.bundleQuotas(), s.useCaseQuotas(), mode));
    }

    @Test
    void whatAStoppedBundleLeftIsReleasedAndReported() {
        DmaBuf left = world.video().allocate(5000);
        CpuMapping mapping = left.map(Access.READ, NOW);
        world.video().allocate(1).close();
        world.pass(Duration.ofMillis(2_550));
        world.stop("consumer");
        assertThat(backend.pool().live()).isZero();
        assertThat(mapping.segment().scope().isAlive()).isFalse();
        assertThat(world.events(HeapEvent.Leaked.class)).singleElement().satisfies(leak -> {
            assertThat(leak.heap()).isEqualTo(World.VIDEO);
            assertThat(leak.buffer()).isEqualTo(left.id());
            assertThat(leak.size()).isEqualTo(8192);
            assertThat(leak.owner()).isEqualTo("consumer");
            assertThat(leak.age()).isEqualTo(Duration.ofMillis(2_500));
            assertThat(leak.site()).hasValueSatisfying(site -> {
                assertThat(site).hasMessageContaining("bundle consumer").hasMessageContaining("on thread");
                assertThat(site.getStackTrace()).anyMatch(frame ->
                        frame.getMethodName().equals("whatAStoppedBundleLeftIsReleasedAndReported"));
            });
        });
        refused(HeapError.CLOSED, () -> left.write(0, MemorySegment.ofArray(new byte[1])));
        left.close();
        assertThat(backend.pool().script.calls("free")).isEqualTo(2);
    }

    @Test
    void whoClosedEverythingIsNotReported() {
        world.video().allocate(1).close();
        world.stop("consumer");
        assertThat(world.events(HeapEvent.Leaked.class)).isEmpty();
    }

    @Test
    void othersKeepWhatTheyHave() {
        DmaBuf theirs = world.video().allocate(1);
        DmaBuf ours = world.heaps("other").reference(theirs);
        Attachment attachment = new OwnedImporters(world.core, world.heaps("other").owner())
                .attach(ours, new FakeImporter("d"), Access.READ);
        world.stop("consumer");
        assertThat(theirs.state()).isEqualTo(BufferState.LIVE);
        ours.write(0, MemorySegment.ofArray(new byte[1]));
        assertThat(attachment.map(Access.READ, NOW).isValid()).isTrue();
        refused(HeapError.CLOSED, () -> theirs.write(0, MemorySegment.ofArray(new byte[1])));
    }

    @Test
    void attachmentsGoBeforeMemoryDoes() {
        var order = new ArrayList<String>();
        var device = new FakeImporter("d");
        DmaBuf left = world.video().allocate(1);
        Attachment attachment = world.importers().attach(left, device, Access.READ);
        Mapping mapping = attachment.map(Access.READ, NOW);
        device.reaction = told -> order.add(
                "told while live " + backend.pool().live() + ", mapped " + mapping.isValid());
        backend.pool().script.before("free", () -> order.add("freed, mapped " + mapping.isValid()));
        world.stop("consumer");
        assertThat(order).containsExactly("told while live 1, mapped true", "freed, mapped false");
        assertThat(device.told).containsExactly(Invalidation.REVOKED);
    }

    @Test
    void aDeviceThatIsNotAtWorkIsNotTold() {
        var device = new FakeImporter("d");
        DmaBuf left = world.video().allocate(1);
        Attachment attachment = world.importers().attach(left, device, Access.READ);
        attachment.map(Access.READ, NOW).close();
        world.stop("consumer");
        assertThat(device.told).isEmpty();
        refused(HeapError.CLOSED, () -> attachment.map(Access.READ, NOW));
    }

    @Test
    void aDeviceThatHangsDoesNotKeepTheBundleFromStopping() throws Exception {
        var device = new FakeImporter("d");
        Script.Hang hang = device.script.hang("invalidated");
        world.importers().attach(world.video().allocate(1), device, Access.READ).map(Access.READ, NOW);
        world.core.release(world.heaps().owner());
        assertThat(world.events(HeapEvent.Leaked.class)).hasSize(1);
        var release = new FutureTask<>(() -> {
            world.queue.runAll();
            return true;
        });
        Thread.ofPlatform().daemon().start(release);
        hang.awaitEntered();
        assertThat(backend.pool().live()).as("the device may still be at it").isOne();
        hang.release();
        release.get();
        assertThat(backend.pool().live()).isZero();
    }

    @Test
    void nothingNewIsOpenedAfterwards() {
        Heap heap = world.video();
        OwnedHeaps heaps = world.heaps();
        Importers importers = world.importers();
        try (DmaBuf foreign = world.heaps("other").find(World.VIDEO).orElseThrow().allocate(1)) {
            world.stop("consumer");
            refused(HeapError.CLOSED, () -> heap.allocate(1));
            refused(HeapError.CLOSED, () -> heaps.reference(foreign));
            refused(HeapError.CLOSED, () -> importers.attach(foreign, new FakeImporter("d"), Access.READ));
            refused(HeapError.CLOSED, () -> heaps.await(World.VIDEO, NOW));
            assertThat(refused(HeapError.CLOSED, () -> heaps.await("nothing", Duration.ofSeconds(50))))
                    .hasMessageContaining("bundle consumer").hasMessageContaining("has stopped");
        }
        assertThat(backend.pool().live()).isZero();
        assertThat(heap.name()).isEqualTo(World.VIDEO);
    }

    @Test
    void aBundleThatStartsAgainBeginsAnew() {
        world.video().allocate(1);
        world.stop("consumer");
        try (DmaBuf fresh = world.video().allocate(1)) {
            assertThat(fresh.state()).isEqualTo(BufferState.LIVE);
        }
        assertThat(world.heaps().owner().bytes()).hasValue(0);
    }

    @Test
    void stoppingMeetsAllocating() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                Heap heap = world.video();
                Owner owner = world.heaps().owner();
                race.meet(() -> world.core.release(owner), () -> {
                    try {
                        heap.allocate(1); // left to its fate
                    } catch (HeapException e) {
                        assertThat(e.error()).isEqualTo(HeapError.CLOSED);
                    }
                });
                assertThat(backend.pool().live()).as("round %d", round).isZero();
                world.stop("consumer");
            }
        }
    }

    @Test
    void stoppingMeetsClosing() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                DmaBuf buffer = world.video().allocate(1);
                Owner owner = world.heaps().owner();
                world.events.clear();
                race.meet(() -> world.core.release(owner), buffer::close);
                assertThat(backend.pool().live()).isZero();
                assertThat(world.events(HeapEvent.Leaked.class)).hasSizeLessThan(2);
                world.stop("consumer");
            }
        }
    }

    @Test
    void sitesAreSampledOneIn1024() {
        configure(world, Sites.Mode.SAMPLED);
        for (int i = 0; i < 1025; i++) {
            world.video().allocate(1);
        }
        world.stop("consumer");
        assertThat(world.events(HeapEvent.Leaked.class)).hasSize(1025)
                .filteredOn(leak -> leak.site().isPresent()).hasSize(2);
    }

    @Test
    void sitesCanBeSwitchedOff() {
        configure(world, Sites.Mode.NONE);
        world.video().allocate(1);
        world.stop("consumer");
        assertThat(world.events(HeapEvent.Leaked.class)).extracting(HeapEvent.Leaked::site)
                .isEqualTo(List.of(Optional.empty()));
    }

    @Test
    void referencesOfOthersHaveTheirOwnSiteAndOwner() {
        DmaBuf one = world.video().allocate(1);
        world.heaps("other").reference(one);
        world.stop("other");
        assertThat(world.events(HeapEvent.Leaked.class)).extracting(HeapEvent.Leaked::owner).containsExactly("other");
        assertThat(one.state()).isEqualTo(BufferState.LIVE);
    }

    /** A leak report may be kept for long; it must not keep the classes of the bundle that leaked. */
    @Test
    void aReportedSiteIsACopy() {
        Owner owner = world.heaps().owner();
        Throwable site = world.core.sites().sample(owner);
        Throwable copy = Sites.detached(site);
        assertThat(copy.getStackTrace()).isEqualTo(site.getStackTrace());
        assertThat(copy).hasMessage(site.getMessage());
        assertThat(copy.getClass()).isNotEqualTo(site.getClass());
        copy.fillInStackTrace();
        assertThat(copy.getStackTrace()).as("it was never filled in by the JVM").isEqualTo(site.getStackTrace());
    }

    @Test
    void whatABackendHasBorrowedIsRevokedWhenCoreStops() {
        try (var other = new World()) {
            var late = FakeBackend.video("b");
            other.add(late);
            BorrowedBuffer loan = late.host().borrow(other.video().allocate(1));
            loan.onRevoke(loan::close);
            other.stop("consumer");
            assertThat(late.pool().live()).isOne();
        } // which checks that nothing is live
    }
}
