// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** No memory is quarantined. */
@Component(property = {
    HealthCheck.NAME + "=No memory is quarantined", HealthCheck.TAGS + "=cloister", HealthCheck.TAGS + "=memory"})
public final class QuarantineCheck implements HealthCheck {
    private final Heaps heaps;

    /** Called by Declarative Services. */
    @Activate
    public QuarantineCheck(@Reference Heaps heaps) {
        this.heaps = heaps;
    }

    @Override
    public Result execute() {
        var log = new FormattingResultLog();
        for (Heap heap : heaps.list()) {
            try {
                long bytes = heap.usage().quarantined();
                if (bytes > 0) {
                    log.warn("heap {}: 0x{} bytes could not be taken back; Heap.retryQuarantined tries again",
                            heap.name(), Long.toHexString(bytes));
                }
            } catch (HeapException silent) {
                log.warn("heap {} does not tell: {}", heap.name(), silent.getMessage());
            }
        }
        log.info("{} heaps were looked at", heaps.list().size());
        return new Result(log);
    }
}
