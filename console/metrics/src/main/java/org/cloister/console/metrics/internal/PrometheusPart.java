// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.cloister.admin.HeapAdmin;
import org.cloister.console.web.WebPage;
import org.cloister.console.web.WebPart;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.cloister.heap.Heaps;
import org.cloister.platform.inspect.BlockedAccess;
import org.cloister.platform.inspect.BoardView;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * What Prometheus scrapes: {@code /metrics} at the address of the page, for whoever may read the page. Counts while the
 * page is served, and costs nothing else.
 */
@Component(service = {WebPart.class, HeapListener.class}, immediate = true, configurationPid = MetricsConfiguration.PID,
        property = WebPart.PATH + "=/metrics")
public final class PrometheusPart implements WebPart, HeapListener {
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN = "application/openmetrics-text";
    private static final String OPEN_TEXT = OPEN + "; version=1.0.0; charset=utf-8";

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(key -> null, new PrometheusRegistry(), Clock.SYSTEM);
    private final HeapMeters meters;
    private final BoardEar ear;

    /** Called by Declarative Services, while the page is served. */
    @Activate
    public PrometheusPart(@Reference Heaps heaps, @Reference HeapAdmin admin, @Reference WebPage page,
            MetricsConfiguration configuration) {
        this(heaps, admin, configuration.labels());
    }

    PrometheusPart(Heaps heaps, HeapAdmin admin, int labels) {
        // one scrape reads once
        meters = new HeapMeters(registry, heaps, admin, labels, Duration.ofDays(365), System::nanoTime);
        ear = new BoardEar(this::blocked);
    }

    @Override
    public void onEvent(HeapEvent event) {
        meters.onEvent(event);
    }

    void blocked(BlockedAccess access) {
        meters.blocked(access);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setBoard(BoardView board) {
        ear.hear(Optional.of(board));
    }

    void unsetBoard(BoardView board) {
        ear.forget(board);
    }

    @Override
    public Content read(String accept) {
        meters.refresh();
        String type = accept.contains(OPEN) ? OPEN_TEXT : TEXT;
        return new Content(type, registry.scrape(type).getBytes(StandardCharsets.UTF_8));
    }

    @Deactivate
    void stop() {
        ear.hear(Optional.empty());
        meters.close();
        registry.close();
    }
}
