// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.cloister.console.report.HeapReading;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapUsage;

/** One heap. Safe for use by any thread; holds no lock while the backend is asked. */
final class HeapBean implements HeapMXBean {
    private record Taken(HeapReading reading, long at) {}

    private final Heap heap;
    private final Function<String, Long> generations;
    private final Explainer explainer;
    private final long oldestNanos;
    private final LongSupplier nanoTime;
    private volatile Optional<Taken> taken = Optional.empty();

    /**
     * Asks nothing yet.
     *
     * @param generations the generation of a heap by its name, null when that is not known
     * @param oldestNanos how old a reading may be that is told, in nanoseconds
     * @param nanoTime the time, as {@link System#nanoTime}
     */
    HeapBean(Heap heap, Function<String, Long> generations, Explainer explainer, long oldestNanos,
            LongSupplier nanoTime) {
        this.heap = heap;
        this.generations = generations;
        this.explainer = explainer;
        this.oldestNanos = oldestNanos;
        this.nanoTime = nanoTime;
    }

    private HeapReading reading() {
        Optional<Taken> last = taken.filter(one -> nanoTime.getAsLong() - one.at() <= oldestNanos);
        if (last.isPresent()) {
            return last.get().reading();
        }
        HeapReading fresh = HeapReading.of(heap);
        taken = Optional.of(new Taken(fresh, nanoTime.getAsLong()));
        return fresh;
    }

    private Long bytes(Function<HeapUsage, OptionalLong> figure) {
        OptionalLong told = reading().usage().map(figure).orElse(OptionalLong.empty());
        return told.isPresent() ? told.getAsLong() : null;
    }

    private Integer count(Function<HeapUsage, OptionalInt> figure) {
        OptionalInt told = reading().usage().map(figure).orElse(OptionalInt.empty());
        return told.isPresent() ? told.getAsInt() : null;
    }

    @Override
    public String getName() {
        return heap.name();
    }

    @Override
    public String getState() {
        return reading().state().name();
    }

    @Override
    public String getBackend() {
        return reading().backend();
    }

    @Override
    public Long getGeneration() {
        return generations.apply(heap.name());
    }

    @Override
    public Long getCapacityBytes() {
        return bytes(HeapUsage::capacity);
    }

    @Override
    public Long getUsedBytes() {
        return bytes(HeapReading::used);
    }

    @Override
    public Long getFreeBytes() {
        return bytes(HeapUsage::free);
    }

    @Override
    public Long getLargestFreeBytes() {
        return bytes(HeapUsage::largestFree);
    }

    @Override
    public Long getQuarantinedBytes() {
        return bytes(usage -> OptionalLong.of(usage.quarantined()));
    }

    @Override
    public Long getBuffers() {
        return bytes(usage -> OptionalLong.of(usage.buffers()));
    }

    @Override
    public Long getDrainingBuffers() {
        return bytes(usage -> OptionalLong.of(usage.draining()));
    }

    @Override
    public Integer getRegionsUsed() {
        return count(HeapUsage::regionsUsed);
    }

    @Override
    public Integer getRegionsLeft() {
        return count(HeapUsage::regionsLeft);
    }

    @Override
    public String[] explain() {
        return explainer.explain(heap.name());
    }
}
