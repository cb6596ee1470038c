// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs benchmarks and prints each figure beside its peer and its aim, and what a call allocates: {@code java -jar bench.jar [PATTERN]... [--json]}
 * and any option of JMH, such as {@code -p live=100} or {@code -f 1}. Exit status 0 when every aim is met, 1 when one
 * is missed, 2 for bad usage.
 */
public final class Bench {
    private static final String JSON = "--json";

    private Bench() {}

    /** The entry point. */
    public static void main(String[] args) {
        System.exit(run(List.of(args)));
    }

    private static int run(List<String> args) {
        List<String> forJmh = new ArrayList<>(args);
        boolean json = forJmh.removeIf(JSON::equals);
        try {
            CommandLineOptions options = new CommandLineOptions(forJmh.toArray(String[]::new));
            if (options.shouldHelp()) {
                options.showHelp();
                return 0;
            }
            if (options.shouldList()) {
                new Runner(options).list();
                return 0;
            }
            OptionsBuilder builder = new OptionsBuilder();
            builder.parent(options).addProfiler(GCProfiler.class);
            if (json) {
                builder.verbosity(VerboseMode.SILENT);
            }
            List<Figure> figures = Figures.of(new Runner(builder.build()).run());
            figures.forEach(figure -> System.out.println(json ? figure.json() : figure.line()));
            return figures.stream().allMatch(Figure::met) ? 0 : 1;
        } catch (NoBenchmarksException e) {
            System.err.println("Cannot run the benchmarks: none has a name that matches " + args
                    + "; option -l lists all");
            return 2;
        } catch (CommandLineOptionException | RunnerException e) {
            System.err.println("Cannot run the benchmarks: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
