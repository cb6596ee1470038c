// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.ServiceObjects;
import org.osgi.framework.ServiceReference;
import picocli.CommandLine;

/** The commands of the player, as a test calls them. */
final class Player {
    private Player() {}

    /** Plays, with success, and gives what it printed. */
    static String play(String... arguments) {
        return play(new StringWriter(), 0, arguments);
    }

    static String play(StringWriter said, int expected, String... arguments) {
        return run("play", said, expected, arguments);
    }

    /** Runs a command of the player's, whose exit status is to be the expected one. */
    @SuppressWarnings("rawtypes") // a service object of a generic type
    static String run(String name, StringWriter said, int expected, String... arguments) {
        Framework.await(() -> Framework.bundle("org.cloister.player").getBundleContext()
                .getServiceReference("org.cloister.player.internal.BenchFinder"));
        ServiceReference<Callable> reference = Framework.reference(Callable.class, "(cloister.command=" + name + ")");
        ServiceObjects<Callable> commands = Framework.context().getServiceObjects(reference);
        Callable command = commands.getService();
        var out = new StringWriter();
        try {
            int status = new CommandLine(command).setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(said, true)).execute(arguments);
            assertThat(status).as("exit status; %s%s", out, said).isEqualTo(expected);
        } finally {
            commands.ungetService(command);
        }
        return out.toString();
    }

    /** All frames of the sample are right, all attacks were repelled, and nothing is left. */
    static void assertExact(String report) {
        assertThat(number(report, "exact")).isEqualTo(125);
        assertThat(number(report, "probes")).isPositive().isEqualTo(number(report, "repelled"));
        assertThat(number(report, "leaked")).isZero();
    }

    static long number(String json, String key) {
        Matcher found = Pattern.compile("\"" + key + "\":(\\d+)").matcher(json);
        assertThat(found.find()).as("%s in %s", key, json).isTrue();
        return Long.parseLong(found.group(1));
    }
}
