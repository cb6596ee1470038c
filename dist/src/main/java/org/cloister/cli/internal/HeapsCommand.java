// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.cloister.console.report.HeapLine;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Lists the heaps of a board, or of this machine. It does not hold when there is none, or when one cannot tell how much
 * of it is used.
 */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {"cloister.command=heaps", "cloister.command.board=" + BoardStage.DEFAULT_BOARD})
@Command(name = "heaps",
        description = "List the heaps of a board, or of this machine: who serves them and how much is free.")
public final class HeapsCommand implements Callable<Integer> {
    private final Heaps heaps;
    private final Settling settling;

    @Spec
    private CommandSpec spec;

    @Option(names = "--real", description = "List the heaps of this machine, and no board's.")
    private boolean real;

    @Option(names = "--json", description = "One JSON object a line for each heap.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public HeapsCommand(@Reference Heaps heaps, @Reference Settling settling) {
        this.heaps = heaps;
        this.settling = settling;
    }

    @Override
    public Integer call() {
        settling.await(() -> real && Machine.isSeen(heaps));
        PrintWriter out = spec.commandLine().getOut();
        int status = ExitStatus.HOLDS;
        List<HeapLine> lines = new ArrayList<>();
        for (Heap heap : heaps.list()) {
            HeapLine line;
            try {
                line = HeapLine.of(heap);
            } catch (HeapException silent) {
                line = HeapLine.withoutUsage(heap);
                complain(Text.oneLine(silent.getMessage()));
                status = ExitStatus.DOES_NOT_HOLD;
            }
            lines.add(line);
        }
        if (lines.isEmpty()) {
            complain(real ? Machine.lack(heaps)
                    : "there is no heap on this board; 'cloister explain NAME' says what one is missing");
            return ExitStatus.DOES_NOT_HOLD;
        }
        if (json) {
            JsonProvider provider = JsonProvider.provider();
            lines.forEach(line -> out.println(line.json(provider)));
        } else {
            Table table = HeapLine.table();
            lines.forEach(line -> table.row(line.cells()));
            table.print(out);
        }
        return status;
    }

    private void complain(String sentence) {
        spec.commandLine().getErr().println("cloister heaps: " + sentence);
    }
}
