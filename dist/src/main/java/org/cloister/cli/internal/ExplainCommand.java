// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.cloister.console.report.ReportJson;
import org.cloister.console.report.Text;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heaps;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says why a heap is, or is not, available; it holds when it is. */
@Component(
        service = Callable.class,
        scope = ServiceScope.PROTOTYPE,
        property = {"cloister.command=explain", "cloister.command.board=" + BoardStage.DEFAULT_BOARD})
@Command(name = "explain", description = "Say why a heap of a board is, or is not, available.")
public final class ExplainCommand implements Callable<Integer> {
    private final Heaps heaps;
    private final Settling settling;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The heap's name or alias, such as protected,secure-video.")
    private String name;

    @Option(names = "--real", description = "Explain heaps of this machine, and no board's.")
    private boolean real;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    /** Called by Declarative Services. */
    @Activate
    public ExplainCommand(@Reference Heaps heaps, @Reference Settling settling) {
        this.heaps = heaps;
        this.settling = settling;
    }

    @Override
    public Integer call() {
        settling.await(() -> heaps.explain(name).available() || real && Machine.isSeen(heaps));
        Explanation explanation = heaps.explain(name);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(new ReportJson(JsonProvider.provider()).explanation(explanation));
        } else {
            out.println(Text.printable(explanation.name())
                    + (explanation.available() ? " is available" : " is not available"));
            explanation.reasons().forEach(reason -> out.println("  " + Text.oneLine(reason.text())));
        }
        return explanation.available() ? ExitStatus.HOLDS : ExitStatus.DOES_NOT_HOLD;
    }
}
