// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.console.metrics.internal.Reading.Held;
import org.cloister.console.report.HeapReading;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.cloister.heap.HeapState;
import org.cloister.heap.HeapUsage;
import org.cloister.heap.Heaps;
import org.cloister.platform.inspect.BlockedAccess;

/**
 * The meters of heaps in one registry, until closed. Counters count what happened since this was made; gauges tell of one
 * reading together. What a backend does not tell is not a number. Their names are in {@code docs/observing.md}, as
 * Prometheus writes them.
 *
 * <p>Safe for use by any thread. Neither holds a lock while a backend is asked, nor asks one for an event.
 */
final class HeapMeters implements HeapListener, AutoCloseable {
    private static final String BYTES = "bytes";

    private record Key(String name, Tags tags) {}

    private final MeterRegistry registry;
    private final Heaps heaps;
    private final HeapAdmin admin;
    private final long oldestNanos;
    private final LongSupplier nanoTime;
    private final Labels heapNames;
    private final Labels backends;
    private final Labels bundles;
    private final Labels initiators;
    private final Labels quotas;
    private final Map<Key, Meter> meters = new ConcurrentHashMap<>();
    private volatile Reading reading = Reading.NONE;
    private volatile long readAt;
    private volatile boolean closed;

    /**
     * Adds what is known by now.
     *
     * @param labels how many values a label may have
     * @param oldest how old a reading may be that a gauge tells of
     * @param nanoTime the time, as {@link System#nanoTime}
     */
    HeapMeters(MeterRegistry registry, Heaps heaps, HeapAdmin admin, int labels, Duration oldest, LongSupplier nanoTime) {
        this.registry = registry;
        this.heaps = heaps;
        this.admin = admin;
        this.oldestNanos = oldest.toNanos();
        this.nanoTime = nanoTime;
        heapNames = new Labels(labels);
        backends = new Labels(labels);
        bundles = new Labels(labels);
        initiators = new Labels(labels);
        quotas = new Labels(labels);
        refresh();
    }

    @Override
    public void onEvent(HeapEvent event) {
        Tags heap = Tags.of("heap", heapNames.of(event.heap()));
        switch (event) {
            case HeapEvent.Allocated e -> {
                Tags who = heap.and("bundle", bundles.of(e.owner()));
                count("cloister.allocations", "", "Buffers that were allocated", who, 1);
                count("cloister.allocated", BYTES, "Bytes of buffers that were allocated", who, e.size());
            }
            case HeapEvent.Freed e -> {
                count("cloister.frees", "", "Buffers whose memory went back", heap, 1);
                count("cloister.freed", BYTES, "Bytes of buffers whose memory went back", heap, e.size());
            }
            case HeapEvent.Swapped e -> {
                count("cloister.swaps", "", "Changes from one backend to another", heap, 1);
                addServer(e.heap(), e.from());
                addServer(e.heap(), e.to());
            }
            case HeapEvent.Unavailable ignored ->
                count("cloister.outages", "", "Times at which nobody served the heap any longer", heap, 1);
            case HeapEvent.Moved ignored -> count("cloister.moves", "", "Buffers moved to another backend", heap, 1);
            case HeapEvent.Revoked ignored -> count("cloister.revocations", "", "Buffers taken from their users", heap, 1);
            case HeapEvent.Leaked e -> count("cloister.leaks", "", "References that bundles left open when they stopped",
                    heap.and("bundle", bundles.of(e.owner())), 1);
            case HeapEvent.Draining e -> count("cloister.drains", "", "Times at which a backend began to leave",
                    heap.and("backend", backends.of(e.backend())), 1);
            case HeapEvent.BackendFailed e -> count("cloister.backend.failures", "",
                    "Times at which a backend threw, hung, or broke its contract",
                    heap.and("backend", backends.of(e.backend())), 1);
            case HeapEvent.Quarantined e -> count("cloister.quarantined", BYTES,
                    "Bytes withdrawn because they could not be taken back",
                    heap.and("backend", backends.of(e.backend())), e.size());
            case HeapEvent.Lent e -> {
                Tags who = heap.and("backend", backends.of(e.backend()));
                count("cloister.lends", "", "Ranges that were lent to the secure world", who, 1);
                count("cloister.lent", BYTES, "Bytes that were lent to the secure world", who, e.size());
            }
            case HeapEvent.Reclaimed e -> {
                Tags who = heap.and("backend", backends.of(e.backend()));
                count("cloister.reclaims", "", "Lent ranges that were taken back", who, 1);
                count("cloister.reclaimed", BYTES, "Lent bytes that were taken back", who, e.size());
            }
            case HeapEvent.Faulted e -> count("cloister.faults", "", "Steps of lending and reclaiming that failed",
                    heap.and("backend", backends.of(e.backend())), 1);
            case HeapEvent.Available e -> addServer(e.heap(), e.backend());
            case HeapEvent.Retired ignored -> { }
        }
    }

    /** The bus of an emulated board blocked an access. */
    void blocked(BlockedAccess access) {
        count("cloister.blocked.accesses", "", "Accesses that the bus of the emulated board blocked",
                Tags.of("initiator", initiators.of(access.initiator())), 1);
    }

    private void count(String name, String unit, String help, Tags tags, long amount) {
        Meter counter = meter(name, tags, key -> Counter.builder(name).baseUnit(unit.isEmpty() ? null : unit)
                .description(help).tags(tags).register(registry));
        ((Counter) counter).increment(amount);
    }

    private void gauge(String name, String unit, String help, Tags tags, ToDoubleFunction<Reading> value) {
        meter(name, tags, key -> Gauge.builder(name, () -> value.applyAsDouble(recent()))
                .baseUnit(unit.isEmpty() ? null : unit).description(help).tags(tags).register(registry));
    }

    private Meter meter(String name, Tags tags, Function<Key, Meter> maker) {
        Meter meter = meters.computeIfAbsent(new Key(name, tags), maker);
        if (closed) { // meanwhile
            registry.remove(meter);
        }
        return meter;
    }

    private Reading recent() {
        if (nanoTime.getAsLong() - readAt > oldestNanos) {
            refresh();
        }
        return reading;
    }

    /** Reads how things stand, for all gauges, and adds gauges of what is new. */
    void refresh() {
        if (closed) {
            return;
        }
        Reading fresh = Reading.take(heaps, admin, bundles);
        reading = fresh;
        readAt = nanoTime.getAsLong();
        fresh.heaps().forEach((name, heap) -> {
            if (heapNames.of(name).equals(name)) { // gauges of others have no meaning together
                add(name, heap);
            }
        });
        fresh.bundles().keySet().forEach(this::addBundle);
        for (QuotaReport quota : fresh.quotas()) {
            if (quotas.of(quota.kind() + " " + quota.name()).equals(quota.kind() + " " + quota.name())) {
                addQuota(quota);
            }
        }
    }

    private void add(String name, HeapReading heap) {
        Tags tags = Tags.of("heap", name);
        gauge("cloister.heap.available", "", "1 while a backend serves the heap, else 0", tags,
                now -> now.heaps().containsKey(name) && now.heaps().get(name).state() == HeapState.AVAILABLE ? 1 : 0);
        if (!heap.backend().isEmpty()) {
            addServer(name, heap.backend());
        }
        usage("cloister.heap.capacity", BYTES, "Bytes that the heap has or may grow to", name,
                usage -> number(usage.capacity()));
        usage("cloister.heap.free", BYTES, "Bytes that are not allocated", name, usage -> number(usage.free()));
        usage("cloister.heap.used", BYTES, "Bytes of the capacity that are not free", name,
                usage -> number(HeapReading.used(usage)));
        usage("cloister.heap.largest.free", BYTES, "Bytes that one allocation would get", name,
                usage -> number(usage.largestFree()));
        usage("cloister.heap.quarantine", BYTES, "Bytes withdrawn now because they could not be taken back", name,
                HeapUsage::quarantined);
        usage("cloister.heap.buffers", "", "Live buffers", name, HeapUsage::buffers);
        usage("cloister.heap.draining.buffers", "", "Live buffers of backends that are leaving", name, HeapUsage::draining);
        usage("cloister.heap.regions", "", "Firewall regions that the heap occupies", name,
                usage -> number(usage.regionsUsed()));
        usage("cloister.heap.regions.left", "", "Firewall regions that the hardware has left for anybody", name,
                usage -> number(usage.regionsLeft()));
    }

    private void addServer(String name, String backend) {
        if (heapNames.of(name).equals(name) && backends.of(backend).equals(backend)) {
            gauge("cloister.heap.served", "", "1 for the backend that serves the heap, 0 for others that did",
                    Tags.of("heap", name, "backend", backend),
                    now -> now.heaps().containsKey(name) && now.heaps().get(name).backend().equals(backend) ? 1 : 0);
        }
    }

    private void usage(String name, String unit, String help, String heap, ToDoubleFunction<HeapUsage> figure) {
        gauge(name, unit, help, Tags.of("heap", heap), now -> Optional.ofNullable(now.heaps().get(heap))
                .flatMap(HeapReading::usage).map(figure::applyAsDouble).orElse(Double.NaN));
    }

    private static double number(OptionalLong figure) {
        return figure.isPresent() ? figure.getAsLong() : Double.NaN;
    }

    private static double number(OptionalInt figure) {
        return figure.isPresent() ? figure.getAsInt() : Double.NaN;
    }

    private void addBundle(String name) {
        Tags tags = Tags.of("bundle", name);
        Held nothing = new Held(0, 0);
        gauge("cloister.bundle.buffers", "", "Live buffers that the bundle allocated", tags,
                now -> now.bundles().getOrDefault(name, nothing).buffers());
        gauge("cloister.bundle.used", BYTES, "Bytes of live buffers that the bundle allocated", tags,
                now -> now.bundles().getOrDefault(name, nothing).bytes());
    }

    private void addQuota(QuotaReport quota) {
        Tags tags = Tags.of("kind", quota.kind() == QuotaReport.Kind.BUNDLE ? "bundle" : "use case", "name", quota.name());
        gauge("cloister.quota.used", BYTES, "Bytes used of the quota", tags, now -> of(quota, now, QuotaReport::used));
        gauge("cloister.quota.limit", BYTES, "Bytes that the quota allows", tags, now -> of(quota, now, QuotaReport::limit));
    }

    private static double of(QuotaReport quota, Reading now, ToDoubleFunction<QuotaReport> figure) {
        return now.quotas().stream().filter(one -> one.kind() == quota.kind() && one.name().equals(quota.name()))
                .mapToDouble(figure).findFirst().orElse(Double.NaN);
    }

    /** Takes all its meters out of the registry. */
    @Override
    public void close() {
        closed = true;
        meters.values().forEach(registry::remove);
        meters.clear();
        reading = Reading.NONE;
    }
}
