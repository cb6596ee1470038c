// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cloister.console.report.Text;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Runs one command line. Only the command that is named is made; the others lend their names, so that a wrong one can
 * be answered with a right one, unless help wants to describe them all.
 *
 * <p>For one thread.
 */
final class CommandFrame {
    private static final String BOARD_OPTION = "--board";
    private static final String MACHINE_OPTION = "--real";
    private static final String TRACE_OPTION = "--trace";
    private static final String HELP = "help";
    /** What makes the root list all commands. */
    private static final Set<String> DESCRIBING = Set.of(HELP, "-h", "--help");

    private final CommandSource source;
    private final Stage stage;
    private final String version;
    private final PrintWriter out;
    private final PrintWriter err;
    private final Map<String, Contribution> made = new HashMap<>();

    /**
     * Makes a frame.
     *
     * @param out where commands write what was asked for
     * @param err where commands write messages
     */
    CommandFrame(CommandSource source, Stage stage, String version, PrintWriter out, PrintWriter err) {
        this.source = source;
        this.stage = stage;
        this.version = version;
        this.out = out;
        this.err = err;
    }

    /** Runs a command line and returns its exit status. */
    int run(String... arguments) {
        try {
            Optional<String> named = named(arguments);
            String[] understood = understood(named, arguments);
            return commandLine(named, understood).execute(understood);
        } catch (CommandFailure failure) {
            err.println(RootCommand.NAME + ": " + failure.getMessage());
            return failure.status();
        } finally {
            made.values().forEach(Contribution::close);
            made.clear();
            out.flush();
            err.flush();
        }
    }

    private CommandLine commandLine(Optional<String> named, String... arguments) {
        CommandLine root = new CommandLine(new RootCommand());
        root.getCommandSpec().version(version);
        boolean describeAll = named.isEmpty() && Stream.of(arguments).anyMatch(DESCRIBING::contains);
        for (String name : source.names()) {
            root.addSubcommand(name, describeAll || named.filter(name::equals).isPresent()
                    ? made(name, describeAll)
                    : new CommandLine(CommandSpec.create()));
        }
        Failures failures = new Failures();
        root.setOut(out).setErr(err).setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setExecutionStrategy(onStage(new CommandLine.RunLast()));
        return root;
    }

    /** The command that the arguments name, for itself or for help on it. */
    private static Optional<String> named(String... arguments) {
        List<String> words = Stream.of(arguments).takeWhile(word -> !word.startsWith("-")).toList();
        boolean help = !words.isEmpty() && words.getFirst().equals(HELP);
        return words.stream().skip(help ? 1 : 0).findFirst();
    }

    /** The arguments that get the best answer: what follows a mistake would be taken for another one. */
    private String[] understood(Optional<String> named, String... arguments) {
        if (arguments.length > 0 && arguments[0].startsWith("-")) {
            return Stream.of(arguments).takeWhile(word -> word.startsWith("-")).toArray(String[]::new);
        }
        return named.filter(name -> !source.names().contains(name)).map(name -> new String[] {name}).orElse(arguments);
    }

    private CommandLine made(String name, boolean describeAll) {
        try {
            return made(name);
        } catch (CommandFailure failure) {
            if (!describeAll) {
                throw failure;
            }
            CommandSpec missing = CommandSpec.create();
            missing.usageMessage().description("(" + failure.getMessage().replace("%", "%%") + ")");
            return new CommandLine(missing);
        }
    }

    private CommandLine made(String name) {
        Contribution contribution = source.create(name);
        made.put(name, contribution);
        try {
            CommandLine command = new CommandLine(contribution.command());
            command.setCommandName(name); // what the service is called counts, whatever the annotation says
            addHelp(command);
            contribution.board().ifPresent(board -> {
                addBoard(command.getCommandSpec(), board);
                addTrace(command.getCommandSpec());
            });
            return command;
        } catch (CommandLine.InitializationException broken) {
            throw new CommandFailure(ExitStatus.DOES_NOT_HOLD,
                    "the command '%s' is broken: %s; report it to those who provide it"
                            .formatted(name, Text.oneLine(String.valueOf(broken.getMessage()))));
        }
    }

    private static void addHelp(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        if (spec.findOption("--help") == null && !(spec.userObject() instanceof HelpCommand)) {
            OptionSpec.Builder help = spec.findOption("-h") == null
                    ? OptionSpec.builder("-h", "--help") : OptionSpec.builder("--help");
            spec.addOption(help.usageHelp(true).description("Show this help and exit.").build());
        }
        command.getSubcommands().values().forEach(CommandFrame::addHelp);
    }

    private static void addBoard(CommandSpec spec, String board) {
        if (spec.findOption(BOARD_OPTION) == null) {
            OptionSpec.Builder option = OptionSpec.builder(BOARD_OPTION).paramLabel("BOARD").type(String.class);
            spec.addOption(board.isEmpty()
                    ? option.description("The emulated board to run on (default: none, the machine at hand).").build()
                    : option.defaultValue(board)
                            .description("The emulated board to run on (default: ${DEFAULT-VALUE}).").build());
        }
    }

    private static void addTrace(CommandSpec spec) {
        if (spec.findOption(TRACE_OPTION) == null) {
            spec.addOption(OptionSpec.builder(TRACE_OPTION).paramLabel("FILE").type(Path.class)
                    .description("Record every call to the board's firmware in this file, for 'cloister replay'.")
                    .build());
        }
    }

    private IExecutionStrategy onStage(IExecutionStrategy next) {
        return parsed -> {
            Optional<Integer> helped = Optional.ofNullable(CommandLine.executeHelpRequest(parsed));
            if (helped.isPresent()) {
                return helped.get();
            }
            ParseResult command = parsed.subcommand();
            if (command != null && made.containsKey(command.commandSpec().name())) {
                setUp(made.get(command.commandSpec().name()), command);
            }
            return next.execute(parsed);
        };
    }

    private void setUp(Contribution contribution, ParseResult command) {
        try {
            contribution.board().ifPresent(board -> {
                String chosen = command.commandSpec().findOption(BOARD_OPTION).getValue();
                String wanted = chosen == null ? board : chosen;
                boolean records = command.hasMatchedOption(TRACE_OPTION);
                if (wanted.isEmpty() || command.hasMatchedOption(MACHINE_OPTION)) {
                    if (records) {
                        throw new CommandFailure(ExitStatus.UNUSABLE,
                                "calls to firmware are recorded on emulated boards; choose one with --board");
                    }
                    stage.useMachine();
                } else if (records) {
                    stage.switchOn(wanted, command.commandSpec().findOption(TRACE_OPTION).getValue());
                } else {
                    stage.switchOn(wanted);
                }
            });
            stage.await(contribution.needs());
        } catch (CommandFailure failure) {
            throw new CommandLine.ExecutionException(
                    command.commandSpec().commandLine(), failure.getMessage(), failure);
        }
    }
}
