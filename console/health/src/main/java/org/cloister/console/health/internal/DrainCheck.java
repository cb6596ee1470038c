// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** No backend that has left waits too long for its live buffers. Knows of those that left since it is here. */
@Component(immediate = true, configurationPid = HealthConfiguration.PID, service = {HealthCheck.class, HeapListener.class},
        property = {HealthCheck.NAME + "=Backends that leave get their buffers back", HealthCheck.TAGS + "=cloister",
            HealthCheck.TAGS + "=memory"})
public final class DrainCheck implements HealthCheck, HeapListener {
    private record Leaving(String heap, String backend) {}

    private final Map<Leaving, Long> since = new ConcurrentHashMap<>(); // in nanoseconds
    private final Duration limit;
    private final LongSupplier nanoTime;

    /** Called by Declarative Services. */
    @Activate
    public DrainCheck(HealthConfiguration configuration) {
        this(Duration.ofMillis(configuration.drain_limit_ms()), System::nanoTime);
    }

    DrainCheck(Duration limit, LongSupplier nanoTime) {
        this.limit = limit;
        this.nanoTime = nanoTime;
    }

    @Override
    public void onEvent(HeapEvent event) {
        switch (event) {
            case HeapEvent.Draining e -> since.putIfAbsent(new Leaving(e.heap(), e.backend()), nanoTime.getAsLong());
            case HeapEvent.Retired e -> since.remove(new Leaving(e.heap(), e.backend()));
            default -> { }
        }
    }

    @Override
    public Result execute() {
        var log = new FormattingResultLog();
        long now = nanoTime.getAsLong();
        since.forEach((leaving, began) -> {
            Duration waited = Duration.ofNanos(now - began);
            if (waited.compareTo(limit) > 0) {
                log.warn("heap {}: backend {} has waited {} s for its live buffers; see who holds them with heap:buffers, or"
                        + " set a drain policy", leaving.heap(), leaving.backend(), waited.toSeconds());
            } else {
                log.info("heap {}: backend {} waits for its live buffers", leaving.heap(), leaving.backend());
            }
        });
        log.info("{} backends are leaving", since.size());
        return new Result(log);
    }
}
