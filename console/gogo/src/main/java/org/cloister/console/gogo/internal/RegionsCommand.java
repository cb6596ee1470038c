// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.heap.Access;
import org.cloister.platform.inspect.BoardView;
import org.cloister.platform.inspect.RegionView;
import picocli.CommandLine.Command;

/** Lists firewall regions. */
@Command(name = "heap:regions", description = "List the firewall's regions: what is where, and who may touch it.")
final class RegionsCommand extends BoardFrame {
    RegionsCommand(Optional<BoardView> board) {
        super(board);
    }

    @Override
    public Integer call() {
        BoardView view = board("list firewall regions");
        if (isJson()) {
            printJson(view.regions(), reports()::region);
            return HOLDS;
        }
        Table table = new Table(">NO", "REGION", ">BASE", ">SIZE", "WHO MAY");
        view.regions().forEach(region -> table.row(Integer.toString(region.number()),
                region.name() + (region.background() ? " (background)" : ""), Text.hex(region.base()),
                Text.size(region.size()), rights(region)));
        table.print(out());
        out().println("board %s, firewall %s, %d regions left".formatted(
                view.board(), view.firewall(), view.regionsLeft()));
        return HOLDS;
    }

    private static String rights(RegionView region) {
        String list = region.rights().entrySet().stream().filter(right -> right.getValue() != Access.NONE)
                .map(right -> right.getKey() + ":" + letters(right)).collect(Collectors.joining(" "));
        return list.isEmpty() ? "nobody" : list;
    }

    private static String letters(Map.Entry<String, Access> right) {
        return (right.getValue().reads() ? "r" : "") + (right.getValue().writes() ? "w" : "");
    }
}
