// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import org.apache.felix.hc.api.FormattingResultLog;
import org.apache.felix.hc.api.HealthCheck;
import org.apache.felix.hc.api.Result;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** No quota is nearly used up. */
@Component(configurationPid = HealthConfiguration.PID, property = {
    HealthCheck.NAME + "=Quotas have room", HealthCheck.TAGS + "=cloister", HealthCheck.TAGS + "=memory"})
public final class QuotaCheck implements HealthCheck {
    private final HeapAdmin admin;
    private final int percent;

    /** Called by Declarative Services. */
    @Activate
    public QuotaCheck(@Reference HeapAdmin admin, HealthConfiguration configuration) {
        this.admin = admin;
        this.percent = configuration.quota_percent();
    }

    @Override
    public Result execute() {
        var log = new FormattingResultLog();
        for (QuotaReport quota : admin.quotas()) {
            String whose = quota.kind() == QuotaReport.Kind.BUNDLE ? "bundle " + quota.name() : "use case " + quota.name();
            if (quota.used() >= quota.limit()) {
                log.critical("{}: all {} bytes are used", whose, quota.limit());
            } else if (quota.used() / (double) quota.limit() * 100 >= percent) {
                log.warn("{}: {} of {} bytes are used", whose, quota.used(), quota.limit());
            } else {
                log.info("{}: {} of {} bytes are used", whose, quota.used(), quota.limit());
            }
        }
        log.info("{} quotas were looked at", admin.quotas().size());
        return new Result(log);
    }
}
