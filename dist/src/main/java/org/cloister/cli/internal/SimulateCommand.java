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
import picocli.CommandLine.Spec;

/** Runs the simulation, in a process of its own: it wants a JDK that is open, and no framework around it. */
@Component(service = Callable.class, scope = ServiceScope.PROTOTYPE, property = "cloister.command=simulate")
@Command(name = "simulate", description = {"Run core, backends and firmware on a virtual clock with faults, and audit"
        + " the promises after each step."}, footer = {
    "",
    "Exit status 1 when a promise is broken; the command that repeats that run is printed."})
public final class SimulateCommand implements Callable<Integer> {
    private static final String JAR = "simulation/simulation.jar";

    @Spec
    private CommandSpec spec;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "100",
            description = "How many runs (default: ${DEFAULT-VALUE}).")
    private long seeds;

    @Option(names = "--first", paramLabel = "S", defaultValue = "0",
            description = "The first seed, from which the others count up (default: ${DEFAULT-VALUE}).")
    private long first;

    @Option(names = "--steps", paramLabel = "M", defaultValue = "5000",
            description = "Steps of each run, after which everybody is told to stop (default: ${DEFAULT-VALUE}).")
    private long steps;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write what happens, of one run.")
    private Optional<Path> trace = Optional.empty();

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    private final Optional<Path> home;

    /** Called by Declarative Services. */
    @Activate
    public SimulateCommand(BundleContext context) {
        this(Optional.ofNullable(context.getProperty("cloister.home")).map(Path::of));
    }

    /** @param home the folder that the program runs from, if it does from a folder */
    SimulateCommand(Optional<Path> home) {
        this.home = home;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--seeds", Long.toString(seeds), "--first",
                Long.toString(first), "--steps", Long.toString(steps)));
        trace.ifPresent(file -> arguments.addAll(List.of("--trace", file.toAbsolutePath().toString())));
        if (json) {
            arguments.add("--json");
        }
        return new CompanionJar(home, JAR, "simulate", "the simulation").run(spec.commandLine().getOut(), "simulate",
                List.of(), arguments);
    }
}
