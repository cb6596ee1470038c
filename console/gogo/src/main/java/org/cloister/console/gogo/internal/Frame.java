// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import jakarta.json.JsonObject;
import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.cloister.console.report.ReportJson;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands have: help, JSON, and where to write. For one thread, once. */
@Command
abstract class Frame implements Callable<Integer> {
    static final int HOLDS = 0;
    static final int DOES_NOT_HOLD = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
    private boolean help;

    @Option(names = "--json", description = "JSON for machines, one object a line.")
    private boolean json;

    final boolean isJson() {
        return json;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final void complain(String sentence) {
        spec.commandLine().getErr().println(spec.name() + ": " + sentence);
    }

    static ReportJson reports() {
        return new ReportJson(JsonProvider.provider());
    }

    /** One object a line. */
    final <T> void printJson(Collection<T> values, Function<T, JsonObject> form) {
        values.forEach(value -> out().println(form.apply(value)));
    }

    /** The heap of that name. */
    static Heap find(Heaps heaps, String name) {
        return heaps.find(name).orElseThrow(() -> new HeapException(HeapError.NO_SUCH_HEAP, "look a heap up",
                "heap " + name, heaps.explain(name).reasons().getFirst().text(), "see heap:list"));
    }
}
