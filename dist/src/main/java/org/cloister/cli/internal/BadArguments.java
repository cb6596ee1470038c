// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.cloister.console.report.Text;

/** Says in words what Gogo says in types when a command does not take what it is given. */
final class BadArguments {
    /** As {@code Cannot coerce stop(Token) to any of [(boolean, Bundle[])]}. */
    private static final Pattern COERCION = Pattern.compile("Cannot coerce ([^(]+)\\(.*\\) to any of \\[(.*)]", Pattern.DOTALL);
    private static final Pattern BUNDLE = Pattern.compile("\\bBundle\\b");

    private BadArguments() {
    }

    /**
     * The message of an error, or a better one.
     *
     * @param line what was entered
     * @param isBundle whether a word names a bundle
     */
    static String sentence(Exception error, String line, Predicate<String> isBundle) {
        String message = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        Matcher refused = COERCION.matcher(message);
        if (!refused.matches()) {
            return message;
        }
        String command = refused.group(1);
        String wanted = refused.group(2);
        return (BUNDLE.matcher(wanted).find() ? words(line, command).filter(isBundle.negate()).findFirst()
                .map(word -> "%s: there is no bundle %s; name one by its id or symbolic name, as lb -s lists them"
                        .formatted(command, Text.printable(word)))
                : Optional.<String>empty())
                .orElseGet(() -> "%s does not take these arguments, but %s; help %s has more"
                        .formatted(command, wanted, command));
    }

    /** What follows the command in the line, but for options, up to the next command. */
    private static Stream<String> words(String line, String command) {
        int start = line.indexOf(command);
        return start < 0 ? Stream.empty() : Stream.of(line.substring(start + command.length()).split("[|;]")[0].split("\\s+"))
                .filter(word -> !word.isEmpty() && !word.startsWith("-"));
    }
}
