// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.core.internal.World.VIDEO;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What listeners are told. */
class EventsTest {
    private final World world = new World(World.deadline(Duration.ofSeconds(5)));

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void aLifeInEvents() {
        var a = FakeBackend.video("a");
        Candidate first = world.add(a);
        DmaBuf one = world.video().allocate(5000);
        DmaBuf two = world.video().allocate(1);
        Candidate second = world.add(FakeBackend.video("b"), 10);
        one.close();
        world.pass(Duration.ofSeconds(5));
        world.remove(second);
        world.remove(first);
        assertThat(world.events).containsExactly(
                new HeapEvent.Available(VIDEO, "a", 1),
                new HeapEvent.Allocated(VIDEO, one.id(), 8192, "consumer"),
                new HeapEvent.Allocated(VIDEO, two.id(), 4096, "consumer"),
                new HeapEvent.Draining(VIDEO, "a", 2),
                new HeapEvent.Swapped(VIDEO, "a", "b", 2),
                new HeapEvent.Freed(VIDEO, one.id(), 8192),
                new HeapEvent.Freed(VIDEO, two.id(), 4096),
                new HeapEvent.Revoked(VIDEO, two.id(), "backend a left 5000 ms ago"),
                new HeapEvent.Retired(VIDEO, "a"),
                new HeapEvent.Draining(VIDEO, "b", 0),
                new HeapEvent.Swapped(VIDEO, "b", "a", 3),
                new HeapEvent.Retired(VIDEO, "b"),
                new HeapEvent.Draining(VIDEO, "a", 0),
                new HeapEvent.Unavailable(VIDEO, "backend a left and nobody else can serve it"),
                new HeapEvent.Retired(VIDEO, "a"));
    }

    @Test
    void aFailureComesBeforeWhatFollowsFromIt() {
        var a = FakeBackend.video("a");
        world.add(a);
        world.add(FakeBackend.video("b"), -1);
        a.pool().script.fail("allocate", new IllegalStateException("boom"));
        world.events.clear();
        DmaBuf buffer = world.video().allocate(1);
        assertThat(world.events).containsExactly(
                new HeapEvent.BackendFailed(VIDEO, "a", "it threw java.lang.IllegalStateException: boom"),
                new HeapEvent.Draining(VIDEO, "a", 0),
                new HeapEvent.Swapped(VIDEO, "a", "b", 2),
                new HeapEvent.Allocated(VIDEO, buffer.id(), 4096, "consumer"));
        world.queue.runAll();
    }

    @Test
    void quarantineIsToldOnAThreadOfCores() {
        var a = FakeBackend.video("a");
        world.add(a);
        FakePool old = a.pool();
        DmaBuf buffer = world.video().allocate(1);
        world.add(FakeBackend.video("b"), 10);
        world.events.clear();
        a.host().quarantined(old, 0x4000_0000L, 4096, "reclaim failed");
        assertThat(world.events).as("the pool may hold locks").isEmpty();
        world.queue.runAll();
        assertThat(world.events).containsExactly(
                new HeapEvent.Quarantined(VIDEO, "a", 0x4000_0000L, 4096, "reclaim failed"));
        world.events.clear();
        a.host().quarantined(new FakePool(FakeBackend.NORMAL, 1), 1, 2, "not yet open");
        world.queue.runAll();
        assertThat(world.events).containsExactly(new HeapEvent.Quarantined("", "a", 1, 2, "not yet open"));
        buffer.close();
    }

    @Test
    void whatBecomesOfRangesIsToldInOrderOnAThreadOfCores() {
        var a = FakeBackend.video("a");
        world.add(a);
        world.events.clear();
        a.host().lent(a.pool(), 0x4000_0000L, 8192);
        a.host().faulted(a.pool(), 0x4000_0000L, 8192, "reclaim refused");
        a.host().quarantined(a.pool(), 0x4000_0000L, 8192, "not taken back");
        a.host().reclaimed(a.pool(), 0x4000_0000L, 8192);
        assertThat(world.events).as("the pool may hold locks").isEmpty();
        world.queue.runAll();
        assertThat(world.events).containsExactly(
                new HeapEvent.Lent(VIDEO, "a", 0x4000_0000L, 8192),
                new HeapEvent.Faulted(VIDEO, "a", 0x4000_0000L, 8192, "reclaim refused"),
                new HeapEvent.Quarantined(VIDEO, "a", 0x4000_0000L, 8192, "not taken back"),
                new HeapEvent.Reclaimed(VIDEO, "a", 0x4000_0000L, 8192));
    }

    @Test
    void whatAPoolSaysAsItGoesIsToldInTheNameOfItsHeap() {
        var a = FakeBackend.video("a");
        Candidate candidate = world.add(a);
        FakePool pool = a.pool();
        pool.script.before("destroy", () -> {
            a.host().reclaimed(pool, 0x4000_0000L, 4096);
            a.host().quarantined(pool, 0x5000_0000L, 4096, "stuck");
        });
        world.remove(candidate);
        a.host().reclaimed(pool, 1, 2);
        world.queue.runAll();
        assertThat(world.events).contains(
                new HeapEvent.Reclaimed(VIDEO, "a", 0x4000_0000L, 4096),
                new HeapEvent.Quarantined(VIDEO, "a", 0x5000_0000L, 4096, "stuck"),
                new HeapEvent.Reclaimed("", "a", 1, 2));
    }

    @Test
    void aPoolThatLendsWhileItIsOpenedIsKnownByTheTimeThatItIsTold() {
        var a = FakeBackend.video("a");
        var pool = new FakePool(FakeBackend.RESTRICTED, 1);
        pool.script.before("attributes", () -> a.host().lent(pool, 0x4000_0000L, 4096));
        a.script.answer("open", pool);
        world.add(a);
        assertThat(world.events).contains(new HeapEvent.Lent(VIDEO, "a", 0x4000_0000L, 4096));
    }

    @Test
    void aRefusedAllocationIsNoEvent() {
        world.add(FakeBackend.video("a"));
        world.events.clear();
        World.refused(HeapError.NO_MEMORY, () -> world.video().allocate(FakePool.CAPACITY + 1));
        assertThat(world.events).isEmpty();
    }

    @Test
    void furtherReferencesAreNoEvents() {
        world.add(FakeBackend.video("a"));
        DmaBuf buffer = world.video().allocate(1);
        world.events.clear();
        world.heaps("other").reference(buffer).close();
        assertThat(world.events).isEmpty();
        buffer.close();
        assertThat(world.events).hasSize(1);
    }

    @Test
    void aListenerHearsOfItsHeapsOnly() {
        var heard = new ArrayList<String>();
        world.core.events().add(event -> heard.add(event.heap()), Set.of("protected,trusted-ui", "other"));
        world.add(FakeBackend.video("a"));
        world.add(new FakeBackend("b", PoolOffer.serve(UseCase.TRUSTED_UI)));
        world.video().allocate(1).close();
        assertThat(heard).containsExactly("protected,trusted-ui");
    }

    @Test
    void aListenerThatWasRemovedHearsNothing() {
        var heard = new ArrayList<HeapEvent>();
        HeapListener listener = heard::add;
        world.core.events().add(listener, Set.of());
        world.core.events().add(listener, Set.of("x"));
        world.core.events().remove(listener);
        world.core.events().remove(listener);
        world.add(FakeBackend.video("a"));
        assertThat(heard).isEmpty();
        assertThat(world.events).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(classes = {IllegalStateException.class, AssertionError.class, StackOverflowError.class,
        NoClassDefFoundError.class})
    void aListenerThatThrowsHarmsNobody(Class<? extends Throwable> type) {
        world.core.events().add(event -> {
            try {
                if (type.getDeclaredConstructor().newInstance() instanceof Error error) {
                    throw error;
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
            throw new IllegalStateException();
        }, Set.of());
        var later = new ArrayList<HeapEvent>();
        world.core.events().add(later::add, Set.of());
        world.add(FakeBackend.video("a"));
        world.video().allocate(1).close();
        assertThat(later).isEqualTo(List.copyOf(world.events)).hasSize(3);
    }

    @Test
    void aListenerMayUseHeaps() {
        world.core.events().add(event -> {
            if (event instanceof HeapEvent.Available) {
                world.video().allocate(1).close();
                assertThat(world.heaps().explain(VIDEO).available()).isTrue();
            }
        }, Set.of());
        world.add(FakeBackend.video("a"));
        assertThat(world.events(HeapEvent.Freed.class)).hasSize(1);
    }

    @Test
    void withNobodyListeningNoEventIsMade() {
        var events = new Events();
        assertThat(events.isHeard()).isFalse();
        events.tell(() -> {
            throw new AssertionError("nobody asked");
        });
        events.add(event -> {}, Set.of());
        assertThat(events.isHeard()).isTrue();
    }

    @Test
    void withNobodyListeningALendIsNoWork() {
        List<Runnable> work = new ArrayList<>();
        var core = new Core(World.settings(), new SteppedTime(), work::add, heap -> {});
        var a = FakeBackend.video("a");
        core.add(a, 0, 1);
        work.clear();
        a.host().lent(a.pool(), 0x4000_0000L, 4096);
        a.host().faulted(a.pool(), 0x4000_0000L, 4096, "refused");
        a.host().reclaimed(a.pool(), 0x4000_0000L, 4096);
        assertThat(work).isEmpty();
        core.events().add(event -> {}, Set.of());
        a.host().lent(a.pool(), 0x4000_0000L, 4096);
        assertThat(work).hasSize(1);
    }
}
