// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.List;
import org.cloister.admin.HeapAdmin;
import org.cloister.admin.QuotaReport;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import picocli.CommandLine.Command;

/** Lists quotas. */
@Command(name = "heap:quotas", description = "List quotas of bundles and use cases, and what is used of them.")
final class QuotasCommand extends Frame {
    private final HeapAdmin admin;

    QuotasCommand(HeapAdmin admin) {
        this.admin = admin;
    }

    @Override
    public Integer call() {
        List<QuotaReport> quotas = admin.quotas();
        if (isJson()) {
            printJson(quotas, reports()::quota);
            return HOLDS;
        }
        if (quotas.isEmpty()) {
            complain("no quota is configured; see quota.bundles and quota.use-cases of org.cloister.core");
            return HOLDS;
        }
        Table table = new Table("QUOTA OF", "NAME", ">USED", ">LIMIT");
        quotas.forEach(quota -> table.row(Text.word(quota.kind()), quota.name(), Text.size(quota.used()),
                Text.size(quota.limit())));
        table.print(out());
        return HOLDS;
    }
}
