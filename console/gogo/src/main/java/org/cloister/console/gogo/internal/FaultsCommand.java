// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.List;
import java.util.Optional;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.platform.inspect.BlockedAccess;
import org.cloister.platform.inspect.BoardView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists blocked accesses. */
@Command(name = "heap:faults", description = "List the latest accesses that the bus blocked.")
final class FaultsCommand extends BoardFrame {
    @Option(names = "-n", paramLabel = "COUNT", defaultValue = "20",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int count;

    FaultsCommand(Optional<BoardView> board) {
        super(board);
    }

    @Override
    public Integer call() {
        BoardView view = board("list blocked accesses");
        List<BlockedAccess> latest = view.latestFaults();
        List<BlockedAccess> shown = latest.subList(Math.max(0, latest.size() - Math.max(0, count)), latest.size());
        if (isJson()) {
            printJson(shown, reports()::fault);
            return HOLDS;
        }
        if (!shown.isEmpty()) {
            Table table = new Table(">NO", "WHO", "TRIED", ">ADDRESS", ">BYTES", "BLOCKED BY", "WHY");
            shown.forEach(fault -> table.row(Long.toString(fault.number()), fault.initiator(),
                    Text.word(fault.access()), Text.hex(fault.address()), Long.toString(fault.length()),
                    fault.region(), fault.reason()));
            table.print(out());
        }
        out().println("%d accesses blocked since board %s was switched on".formatted(view.faults(), view.board()));
        return HOLDS;
    }
}
