// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The entry point: {@code java -jar simulation.jar [--seeds N] [--first S] [--steps M] [--trace FILE] [--json]}. Exit status
 * 0 when every promise was kept, 1 when one was broken, 2 for bad usage.
 */
public final class Simulate {
    private static final int TELL_EVERY = 50;

    private final Arguments arguments;
    private long steps;
    private long violations;
    private Optional<Simulation.Outcome> first = Optional.empty();

    /**
     * What to run.
     *
     * @param seeds how many runs
     * @param first the seed of the first, from which the others count up
     * @param steps of each run, after which everybody is told to stop
     * @param trace where the trace goes, of one run
     * @param json whether the report is for machines
     */
    record Arguments(long seeds, long first, long steps, Optional<Path> trace, boolean json) {
        /** Reads them; throws {@link IllegalArgumentException} with a sentence. */
        static Arguments of(List<String> args) {
            long seeds = 100;
            long first = 0;
            long steps = 5000;
            Optional<Path> trace = Optional.empty();
            boolean json = false;
            for (int i = 0; i < args.size(); i++) {
                String option = args.get(i);
                switch (option) {
                    case "--json" -> json = true;
                    case "--seeds" -> seeds = number(option, args, ++i, 1);
                    case "--first" -> first = number(option, args, ++i, 0);
                    case "--steps" -> steps = number(option, args, ++i, 1);
                    case "--trace" -> trace = Optional.of(Path.of(value(option, args, ++i)));
                    default -> throw new IllegalArgumentException("there is no option " + option);
                }
            }
            if (trace.isPresent() && seeds != 1) {
                throw new IllegalArgumentException("a trace is of one run: add --seeds 1");
            }
            return new Arguments(seeds, first, steps, trace, json);
        }

        private static String value(String option, List<String> args, int at) {
            if (at >= args.size()) {
                throw new IllegalArgumentException("option " + option + " needs a value");
            }
            return args.get(at);
        }

        private static long number(String option, List<String> args, int at, long least) {
            String text = value(option, args, at);
            try {
                long number = Long.parseLong(text);
                if (number >= least) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new IllegalArgumentException("option " + option + " takes a number from " + least + " on, not " + text);
        }
    }

    private Simulate(Arguments arguments) {
        this.arguments = arguments;
    }

    /** The entry point. */
    public static void main(String[] args) {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        int status;
        try {
            status = new Simulate(Arguments.of(List.of(args))).run();
        } catch (IllegalArgumentException e) {
            System.err.println("Cannot simulate: " + e.getMessage());
            status = 2;
        } catch (UncheckedIOException e) {
            System.err.println("Cannot write the trace: " + e.getCause());
            status = 2;
        }
        System.exit(status);
    }

    private int run() {
        for (long i = 0; i < arguments.seeds; i++) {
            Simulation.Outcome outcome = run(arguments.first + i);
            steps += outcome.steps();
            if (outcome.violation().isPresent()) {
                violations++;
                if (first.isEmpty()) {
                    first = Optional.of(outcome);
                }
                System.err.println(story(outcome));
            }
            if ((i + 1) % TELL_EVERY == 0) {
                System.err.println((i + 1) + " of " + arguments.seeds + " seeds");
            }
        }
        System.out.println(arguments.json ? json() : text());
        return violations == 0 ? 0 : 1;
    }

    private Simulation.Outcome run(long seed) {
        if (arguments.trace.isEmpty()) {
            return Simulation.run(seed, arguments.steps, Hooks.NONE, Optional.empty());
        }
        try (var out = new PrintWriter(Files.newBufferedWriter(arguments.trace.get()))) {
            return Simulation.run(seed, arguments.steps, Hooks.NONE, Optional.of(out));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String command(long seed) {
        return "./cloister simulate --seeds 1 --first " + seed + " --steps " + arguments.steps;
    }

    private String story(Simulation.Outcome outcome) {
        Violation broken = outcome.violation().orElseThrow();
        return "seed %d, step %d: promise %d was broken: %s%nrepeat it with %s --trace FILE".formatted(outcome.seed(),
                outcome.steps(), broken.promise(), broken.text(), command(outcome.seed()));
    }

    private String text() {
        String what = "%d seeds from %d on, %d steps".formatted(arguments.seeds, arguments.first, steps);
        return violations == 0 ? what + ": every promise was kept"
                : what + ": promises were broken in " + violations + " of them";
    }

    private String json() {
        String failure = first.map(outcome -> ", \"firstFailure\": {\"seed\": %d, \"step\": %d, \"promise\": %d, \"command\": \"%s\"}"
                .formatted(outcome.seed(), outcome.steps(), outcome.violation().orElseThrow().promise(),
                        command(outcome.seed()))).orElse("");
        return "{\"seeds\": %d, \"steps\": %d, \"violations\": %d%s}".formatted(arguments.seeds, steps, violations,
                failure);
    }
}
