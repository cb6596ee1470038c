// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import java.util.List;
import java.util.stream.Collectors;
import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Heaps are available, or it is said why not. */
@Component(configurationPid = HealthConfiguration.PID, property = {
    HealthCheck.NAME + "=Heaps are available", HealthCheck.TAGS + "=cloister", HealthCheck.TAGS + "=heaps"})
@Designate(ocd = HealthConfiguration.class)
public final class HeapsCheck implements HealthCheck {
    private final Heaps heaps;
    private final List<String> wanted;

    /** Called by Declarative Services. */
    @Activate
    public HeapsCheck(@Reference Heaps heaps, HealthConfiguration configuration) {
        this.heaps = heaps;
        this.wanted = List.of(configuration.heaps());
    }

    @Override
    public Result execute() {
        var log = new FormattingResultLog();
        List<String> names = wanted.isEmpty() ? heaps.list().stream().map(Heap::name).toList() : wanted;
        for (String name : names) {
            Explanation explanation = heaps.explain(name);
            String why = explanation.reasons().stream().map(Explanation.Reason::text).collect(Collectors.joining("; "));
            if (explanation.available()) {
                log.info("heap {}: {}", name, explanation.reasons().getFirst().text());
            } else {
                log.critical("heap {} is not available: {}", name, why);
            }
        }
        if (names.isEmpty()) {
            log.warn("no backend has ever served a heap");
        }
        return new Result(log);
    }
}
