// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.console.metrics.internal.FakeMachine.VIDEO;
import static org.cloister.console.metrics.internal.FakeMachine.buffer;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.cloister.admin.QuotaReport;
import org.cloister.heap.Access;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapUsage;
import org.cloister.platform.inspect.BlockedAccess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Meters are exact, few, and gone when they are taken out. */
class HeapMetersTest {
    private static final int LABELS = 3;

    private final FakeMachine machine = new FakeMachine(VIDEO);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final HeapMeters meters = new HeapMeters(registry, machine.heaps(), machine.admin(), LABELS,
            Duration.ofMillis(100), nanos::get);

    @AfterEach
    void stop() {
        meters.close();
        assertThat(registry.getMeters()).isEmpty();
    }

    private double value(String name, String... tags) {
        return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
    }

    private double heap(String name) {
        return value("cloister.heap." + name, "heap", VIDEO);
    }

    @Test
    void gaugesTellWhatTheHeapTells() {
        assertThat(List.of(heap("capacity"), heap("free"), heap("used"), heap("largest.free"), heap("quarantine"),
                heap("buffers"), heap("draining.buffers"), heap("regions"), heap("regions.left"), heap("available")))
                .containsExactly(8192.0, 4096.0, 4096.0, 2048.0, 512.0, 3.0, 1.0, 2.0, 6.0, 1.0);
        assertThat(value("cloister.heap.served", "heap", VIDEO, "backend", "optee")).isOne();
    }

    @Test
    void whatNobodyTellsIsNoNumberAndNotZero() {
        machine.usage = new HeapUsage(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), 0, 0, 0,
                OptionalInt.empty(), OptionalInt.empty());
        meters.refresh();
        assertThat(List.of(heap("capacity"), heap("free"), heap("used"), heap("regions"))).allMatch(one -> one.isNaN());
        assertThat(heap("buffers")).isZero();
        machine.silent = true;
        meters.refresh();
        assertThat(heap("buffers")).isNaN();
        assertThat(heap("available")).isOne();
    }

    @Test
    void aHeapThatNobodyServesIsNotAvailable() {
        machine.backend = "";
        meters.refresh();
        assertThat(heap("available")).isZero();
        assertThat(value("cloister.heap.served", "heap", VIDEO, "backend", "optee")).isZero();
        machine.heaps.clear(); // core has stopped
        meters.refresh();
        assertThat(heap("available")).isZero();
        assertThat(heap("free")).isNaN();
    }

    @Test
    void aSwapMovesWhoServes() {
        machine.backend = "carveout";
        meters.onEvent(new HeapEvent.Swapped(VIDEO, "optee", "carveout", 2));
        meters.refresh();
        assertThat(value("cloister.swaps", "heap", VIDEO)).isOne();
        assertThat(value("cloister.heap.served", "heap", VIDEO, "backend", "optee")).isZero();
        assertThat(value("cloister.heap.served", "heap", VIDEO, "backend", "carveout")).isOne();
    }

    @Test
    void everyKindOfEventIsCounted() {
        List.of(new HeapEvent.Allocated(VIDEO, 1, 4096, "a"), new HeapEvent.Allocated(VIDEO, 2, 8192, "a"),
                new HeapEvent.Allocated(VIDEO, 3, 1, "b"), new HeapEvent.Freed(VIDEO, 1, 4096),
                new HeapEvent.Unavailable(VIDEO, "gone"), new HeapEvent.Moved(VIDEO, 2, "x", "y"),
                new HeapEvent.Revoked(VIDEO, 2, "late"), new HeapEvent.Draining(VIDEO, "x", 2),
                new HeapEvent.Retired(VIDEO, "x"), new HeapEvent.Available(VIDEO, "y", 3),
                new HeapEvent.Leaked(VIDEO, 3, 1, "b", Duration.ZERO, Optional.empty()),
                new HeapEvent.BackendFailed(VIDEO, "x", "threw"),
                new HeapEvent.Lent(VIDEO, "x", 0, 65536), new HeapEvent.Lent(VIDEO, "x", 65536, 4096),
                new HeapEvent.Reclaimed(VIDEO, "x", 65536, 4096), new HeapEvent.Faulted(VIDEO, "x", 0, 65536, "refused"),
                new HeapEvent.Quarantined(VIDEO, "x", 0, 65536, "no answer")).forEach(meters::onEvent);
        meters.blocked(new BlockedAccess(1, 0, "cpu", 0, 1, Access.READ, "r", "no"));
        assertThat(value("cloister.allocations", "heap", VIDEO, "bundle", "a")).isEqualTo(2);
        assertThat(value("cloister.allocated", "heap", VIDEO, "bundle", "a")).isEqualTo(12288);
        assertThat(value("cloister.allocations", "heap", VIDEO, "bundle", "b")).isOne();
        for (String name : List.of("frees", "outages", "moves", "revocations", "leaks", "drains", "backend.failures")) {
            assertThat(value("cloister." + name, "heap", VIDEO)).as(name).isOne();
        }
        assertThat(value("cloister.freed")).isEqualTo(4096);
        assertThat(value("cloister.quarantined", "backend", "x")).isEqualTo(65536);
        assertThat(value("cloister.lends", "heap", VIDEO, "backend", "x")).isEqualTo(2);
        assertThat(value("cloister.lent", "heap", VIDEO, "backend", "x")).isEqualTo(69632);
        assertThat(value("cloister.reclaims", "heap", VIDEO, "backend", "x")).isOne();
        assertThat(value("cloister.reclaimed", "heap", VIDEO, "backend", "x")).isEqualTo(4096);
        assertThat(value("cloister.faults", "heap", VIDEO, "backend", "x")).isOne();
        assertThat(value("cloister.blocked.accesses", "initiator", "cpu")).isOne();
    }

    @Test
    void bundlesAndQuotasAreTold() {
        machine.buffers.addAll(List.of(buffer(1, "a", 4096), buffer(2, "a", 8192), buffer(3, "b", 1)));
        machine.quotas.add(new QuotaReport(QuotaReport.Kind.USE_CASE, "secure-video", 5, 10));
        meters.refresh();
        assertThat(value("cloister.bundle.used", "bundle", "a")).isEqualTo(12288);
        assertThat(value("cloister.bundle.buffers", "bundle", "b")).isOne();
        assertThat(value("cloister.quota.limit", "kind", "use case", "name", "secure-video")).isEqualTo(10);
        machine.buffers.clear();
        machine.quotas.clear();
        meters.refresh();
        assertThat(value("cloister.bundle.used", "bundle", "a")).isZero();
        assertThat(value("cloister.quota.limit", "kind", "use case", "name", "secure-video")).isNaN();
    }

    @Test
    void whoeverComesTooLateIsCountedTogether() {
        for (int i = 0; i < 1000; i++) {
            meters.onEvent(new HeapEvent.Allocated(VIDEO, i, 1, "bundle-" + i));
            meters.onEvent(new HeapEvent.BackendFailed("heap-" + i, "backend-" + i, "threw"));
            machine.buffers.add(buffer(i, "bundle-" + i, 2));
            machine.quotas.add(new QuotaReport(QuotaReport.Kind.BUNDLE, "bundle-" + i, 1, 2));
        }
        meters.refresh();
        assertThat(registry.getMeters().size()).isLessThan(80);
        assertThat(value("cloister.allocations", "bundle", "bundle-0")).isOne();
        assertThat(value("cloister.allocations", "bundle", "other")).isEqualTo(1000 - LABELS);
        assertThat(value("cloister.bundle.used", "bundle", "other")).isEqualTo(2.0 * (1000 - LABELS));
    }

    @Test
    void oneReadingServesAllGaugesUntilItIsOld() {
        int before = machine.readings.get();
        heap("free");
        heap("capacity");
        assertThat(machine.readings.get()).isEqualTo(before);
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(101));
        heap("free");
        heap("capacity");
        assertThat(machine.readings.get()).isEqualTo(before + 1);
    }

    @Test
    void aHeapThatAppearsGetsItsMeters() {
        machine.heaps.addAll(new FakeMachine("protected,trusted-ui").heaps);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        heap("free");
        assertThat(value("cloister.heap.free", "heap", "protected,trusted-ui")).isEqualTo(4096);
    }

    @Test
    void afterTheEndNothingIsMeteredOrRead() {
        meters.close();
        int before = machine.readings.get();
        meters.onEvent(new HeapEvent.Freed(VIDEO, 1, 1));
        meters.refresh();
        assertThat(registry.getMeters()).isEmpty();
        assertThat(machine.readings.get()).isEqualTo(before);
    }

    @Test
    void countsOfManyThreadsAreExact() throws Exception {
        int threads = 8;
        int each = 10_000;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Callable<Void>> work = IntStream.range(0, threads).<Callable<Void>>mapToObj(t -> () -> {
                for (int i = 0; i < each; i++) {
                    meters.onEvent(new HeapEvent.Freed(VIDEO, i, 2));
                }
                return null;
            }).toList();
            for (Future<Void> done : pool.invokeAll(work)) {
                done.get();
            }
        }
        assertThat(value("cloister.frees")).isEqualTo(threads * each);
        assertThat(value("cloister.freed")).isEqualTo(2.0 * threads * each);
    }
}
