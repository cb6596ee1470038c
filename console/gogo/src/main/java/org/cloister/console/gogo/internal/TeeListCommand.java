// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.List;
import java.util.stream.Collectors;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeVersion;
import picocli.CommandLine.Command;

/** Lists trusted operating systems. */
@Command(name = "tee:list", description = "List trusted operating systems and what they can do.")
final class TeeListCommand extends Frame {
    private final List<Tee> tees;

    TeeListCommand(List<Tee> tees) {
        this.tees = tees;
    }

    @Override
    public Integer call() {
        if (isJson()) {
            printJson(tees, tee -> reports().tee(tee.id(), tee.version()));
            return HOLDS;
        }
        if (tees.isEmpty()) {
            complain("there is no trusted operating system");
            return HOLDS;
        }
        Table table = new Table("TEE", "WHAT", ">IMPLEMENTATION", "CAN");
        for (Tee tee : tees) {
            TeeVersion version = tee.version();
            table.row(tee.id(), version.name(), Integer.toString(version.implementation()),
                    version.capabilities().stream().sorted().map(Text::word).collect(Collectors.joining(", ")));
        }
        table.print(out());
        return HOLDS;
    }
}
