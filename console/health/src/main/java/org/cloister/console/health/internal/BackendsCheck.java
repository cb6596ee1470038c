// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** No backend has failed: its firmware is alive, and it keeps its contract. */
@Component(property = {
    HealthCheck.NAME + "=Backends and their firmware work", HealthCheck.TAGS + "=cloister",
    HealthCheck.TAGS + "=firmware"})
public final class BackendsCheck implements HealthCheck {
    private final Heaps heaps;

    /** Called by Declarative Services. */
    @Activate
    public BackendsCheck(@Reference Heaps heaps) {
        this.heaps = heaps;
    }

    @Override
    public Result execute() {
        var log = new FormattingResultLog();
        for (Heap heap : heaps.list()) {
            Explanation explanation = heaps.explain(heap.name());
            for (Explanation.Reason reason : explanation.reasons()) {
                if (reason.kind() == Explanation.Kind.FAILED && explanation.available()) {
                    log.warn("heap {}: {}; another backend serves", heap.name(), reason.text());
                } else if (reason.kind() == Explanation.Kind.FAILED) {
                    log.critical("heap {}: {}", heap.name(), reason.text());
                }
            }
        }
        log.info("{} heaps were looked at", heaps.list().size());
        return new Result(log);
    }
}
