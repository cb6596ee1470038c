// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import jakarta.json.spi.JsonProvider;
import java.util.ArrayList;
import java.util.List;
import org.cloister.console.report.HeapLine;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists heaps. */
@Command(name = "heap:list", description = "List heaps: who serves them and how much is free.")
final class ListCommand extends Frame {
    private final Heaps heaps;

    @Option(names = "-v", description = "Also say why each is, or is not, available.")
    private boolean verbose;

    ListCommand(Heaps heaps) {
        this.heaps = heaps;
    }

    @Override
    public Integer call() {
        int status = HOLDS;
        List<HeapLine> lines = new ArrayList<>();
        for (Heap heap : heaps.list()) {
            try {
                lines.add(HeapLine.of(heap));
            } catch (HeapException silent) {
                lines.add(HeapLine.withoutUsage(heap));
                complain(Text.oneLine(silent.getMessage()));
                status = DOES_NOT_HOLD;
            }
        }
        if (isJson()) {
            JsonProvider provider = JsonProvider.provider();
            printJson(lines, line -> line.json(provider));
            return status;
        }
        if (lines.isEmpty()) {
            complain("there is no heap; heap:explain NAME says what one is missing");
            return DOES_NOT_HOLD;
        }
        Table table = HeapLine.table();
        lines.forEach(line -> table.row(line.cells()));
        table.print(out());
        if (verbose) {
            lines.forEach(line -> Explained.print(heaps.explain(line.name()), out()));
        }
        return status;
    }
}
