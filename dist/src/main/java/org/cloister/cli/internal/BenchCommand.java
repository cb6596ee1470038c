// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs benchmarks, in a process of their own: they fork, and measure nothing but themselves. */
@Component(service = Callable.class, scope = ServiceScope.PROTOTYPE, property = "cloister.command=bench")
@Command(name = "bench", description = "Measure, each figure beside a peer or a limit in the same run.", footer = {
    "",
    "Exit status 1 when an aim is missed. For a quick look: cloister bench Find -- -f 1 -wi 1 -i 3"})
public final class BenchCommand implements Callable<Integer> {
    private static final String JAR = "bench/bench.jar";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "PATTERN", description = {
        "Regular expressions that names of benchmarks contain (default: all, which takes an hour);"
                + " after --, any option of JMH."})
    private List<String> arguments = List.of();

    @Option(names = "--json", description = "One JSON object a line for each figure.")
    private boolean json;

    private final Optional<Path> home;

    /** Called by Declarative Services. */
    @Activate
    public BenchCommand(BundleContext context) {
        this(Optional.ofNullable(context.getProperty("cloister.home")).map(Path::of));
    }

    /** @param home the folder that the program runs from, if it does from a folder */
    BenchCommand(Optional<Path> home) {
        this.home = home;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(arguments);
        if (json) {
            all.add("--json");
        }
        return new CompanionJar(home, JAR, "measure", "benchmarks").run(spec.commandLine().getOut(), "bench",
                List.of("--sun-misc-unsafe-memory-access=allow"), all);
    }
}
