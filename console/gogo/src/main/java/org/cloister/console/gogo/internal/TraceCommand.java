// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import jakarta.json.spi.JsonProvider;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.cloister.console.report.EventText;
import org.cloister.console.report.Text;
import org.cloister.heap.HeapEvent;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows events. What comes faster than it can be shown is counted. */
@Command(name = "heap:trace", description = {
    "Show what happens to heaps, as it happens.", "It ends after COUNT events or SECONDS, or with Ctrl-C."})
final class TraceCommand extends Frame {
    private static final int KEPT = 10_000;

    private final ListenerRegistry registry;
    private final LongSupplier nanoTime;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Of one heap only.")
    private Optional<String> name = Optional.empty();

    @Option(names = "-n", paramLabel = "COUNT", description = "End after so many events.")
    private Optional<Long> count = Optional.empty();

    @Option(names = "--for", paramLabel = "SECONDS", defaultValue = "10",
            description = "End after so many seconds (default: ${DEFAULT-VALUE}).")
    private int seconds;

    TraceCommand(ListenerRegistry registry, LongSupplier nanoTime) {
        this.registry = registry;
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() {
        BlockingQueue<HeapEvent> events = new ArrayBlockingQueue<>(KEPT);
        AtomicLong missed = new AtomicLong();
        Runnable end = registry.listen(event -> {
            if (!events.offer(event)) {
                missed.incrementAndGet();
            }
        }, name);
        try {
            show(events);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end.run();
        }
        if (missed.get() > 0) {
            complain(missed + " events came too fast to be shown");
        }
        return HOLDS;
    }

    private void show(BlockingQueue<HeapEvent> events) throws InterruptedException {
        long start = nanoTime.getAsLong();
        long budget = Duration.ofSeconds(seconds).toNanos();
        for (long shown = 0; shown < count.orElse(Long.MAX_VALUE); shown++) {
            HeapEvent event = events.poll(budget - (nanoTime.getAsLong() - start), TimeUnit.NANOSECONDS);
            if (event == null) {
                return;
            }
            long millis = Duration.ofNanos(nanoTime.getAsLong() - start).toMillis();
            if (isJson()) {
                out().println(JsonProvider.provider().createObjectBuilder().add("ms", millis)
                        .add("heap", event.heap()).add("kind", EventText.kind(event))
                        .add("text", EventText.phrase(event)).build());
            } else {
                out().println("%7.3f s  %-14s  %s: %s".formatted(millis / 1000.0, EventText.kind(event), event.heap(),
                        Text.oneLine(EventText.phrase(event))));
            }
        }
    }
}
