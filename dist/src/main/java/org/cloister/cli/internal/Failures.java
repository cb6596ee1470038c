// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.cloister.console.report.Text;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what goes wrong into one sentence on standard error and an exit status. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        boolean isRoot = command.getParent() == null;
        say(command, "%s; '%s' %s".formatted(usageProblem(failure, arguments),
                isRoot ? "cloister --help" : "cloister help " + path(command),
                isRoot ? "lists all commands" : "shows its usage"));
        return ExitStatus.UNUSABLE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (isEnding()) {
            return ExitStatus.DOES_NOT_HOLD; // who interrupts the program closes what the command uses, and knows
        }
        switch (failure) {
            case CommandFailure known -> {
                say(command, known.getMessage());
                return known.status();
            }
            case HeapException refused -> {
                say(command, Text.oneLine(refused.getMessage()));
                return refused.error() == HeapError.INVALID_ARGUMENT || refused.error() == HeapError.NO_SUCH_HEAP
                        ? ExitStatus.UNUSABLE : ExitStatus.DOES_NOT_HOLD;
            }
            case IOException unreadable -> {
                say(command, Problems.of(unreadable));
                return ExitStatus.UNUSABLE;
            }
            case UncheckedIOException unreadable -> {
                say(command, Problems.of(unreadable.getCause()));
                return ExitStatus.UNUSABLE;
            }
            default -> {
                Logger log = LoggerFactory.getLogger(Failures.class);
                log.debug("{} failed", path(command), failure);
                say(command, ("this should not have happened: %s; please report it, with what it prints when run again"
                        + " with CLOISTER_LOG_LEVEL=DEBUG").formatted(Text.oneLine(failure.toString())));
                return ExitStatus.DOES_NOT_HOLD;
            }
        }
    }

    /** Whether the framework has been told to stop while the command runs. */
    private static boolean isEnding() {
        Optional<Bundle> own = Optional.ofNullable(FrameworkUtil.getBundle(Failures.class));
        Optional<BundleContext> running = own.filter(bundle -> bundle.getState() == Bundle.ACTIVE)
                .map(Bundle::getBundleContext);
        return own.isPresent() && running.map(context -> context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState())
                .filter(state -> state == Bundle.ACTIVE || state == Bundle.STARTING).isEmpty();
    }

    private static String usageProblem(ParameterException failure, String... arguments) {
        if (arguments.length == 0) {
            return "no command is given";
        }
        return switch (failure) {
            case UnmatchedArgumentException unmatched -> unknown(unmatched);
            // Picocli complains of what is missing before what is wrong; a mistyped option says more.
            case MissingParameterException missing -> Stream.of(arguments)
                    .filter(word -> isUnknownOption(missing.getCommandLine(), word)).findFirst()
                    .map(word -> unknown(new UnmatchedArgumentException(missing.getCommandLine(), List.of(word))))
                    .orElseGet(() -> phrase(missing));
            default -> phrase(failure);
        };
    }

    private static boolean isUnknownOption(CommandLine command, String word) {
        return word.startsWith("--") && word.length() > 2
                && command.getCommandSpec().findOption(word.replaceFirst("=.*", "")) == null;
    }

    private static String unknown(UnmatchedArgumentException unmatched) {
        CommandLine command = unmatched.getCommandLine();
        String word = unmatched.getUnmatched().getFirst();
        String kind = word.startsWith("-") ? "option" : command.getSubcommands().isEmpty() ? "argument" : "command";
        String suggestion = unmatched.getSuggestions().stream()
                .min(Comparator.comparing(name -> !letters(name).equals(letters(word)))) // swapped ones are likeliest
                .map(" (did you mean '%s'?)"::formatted).orElse("");
        return "there is no %s '%s'%s".formatted(kind, Text.printable(word), suggestion);
    }

    private static String letters(String word) {
        return word.chars().sorted().mapToObj(Character::toString).collect(Collectors.joining());
    }

    /** Picocli's message as part of a sentence. */
    private static String phrase(ParameterException failure) {
        String message = Text.oneLine(String.valueOf(failure.getMessage())).replaceFirst("\\.$", "");
        return message.isEmpty() ? "it cannot be understood"
                : Character.toLowerCase(message.charAt(0)) + message.substring(1);
    }

    private static void say(CommandLine command, String sentence) {
        String path = path(command);
        command.getErr().println(RootCommand.NAME + (path.isEmpty() ? "" : " " + path) + ": " + sentence);
        command.getErr().flush();
    }

    /** The names from below the root down to the command. */
    private static String path(CommandLine command) {
        if (command.getParent() == null) {
            return "";
        }
        return (path(command.getParent()) + " " + command.getCommandName()).strip();
    }
}
