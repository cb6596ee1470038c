// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.List;
import org.cloister.heap.Explanation;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Explains; it holds when the heap is available. */
@Command(name = "heap:explain", description = "Say why a heap is, or is not, available.")
final class ExplainCommand extends Frame {
    private final Heaps heaps;

    @Parameters(paramLabel = "NAME", description = "The heap's name or alias.")
    private String name;

    ExplainCommand(Heaps heaps) {
        this.heaps = heaps;
    }

    @Override
    public Integer call() {
        Explanation explanation = heaps.explain(name);
        if (isJson()) {
            printJson(List.of(explanation), reports()::explanation);
        } else {
            Explained.print(explanation, out());
        }
        return explanation.available() ? HOLDS : DOES_NOT_HOLD;
    }
}
