// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Arrays;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;
import org.cloister.console.report.Text;
import org.cloister.heap.HeapException;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Runs a command that picocli reads as one of Gogo: output goes where the session has it, refusals are said. */
final class Run {
    /** The variable of the session that says whether the last command did what it was asked. */
    static final String STATUS = "cloister.status";

    private Run() {
    }

    static void in(CommandSession session, Object command, String... arguments) {
        Process process = Process.Utils.current();
        PrintStream out = process == null ? session.getConsole() : process.out();
        PrintStream err = process == null ? session.getConsole() : process.err();
        int status = run(command, new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        session.put(STATUS, status);
        if (process != null) {
            process.error(status);
        }
    }

    /** Answers 0 when it holds, 1 when it does not, 2 for bad usage. */
    static int run(Object command, PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = new CommandLine(command);
        line.setOut(out).setErr(err).setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
        String name = line.getCommandName();
        line.setParameterExceptionHandler((wrong, given) -> {
            err.println(name + ": " + Text.oneLine(wrong.getMessage()) + "; see " + name + " -h");
            return CommandLine.ExitCode.USAGE;
        });
        line.setExecutionExceptionHandler((thrown, where, parsed) -> {
            if (thrown instanceof HeapException refusal) {
                err.println(name + ": " + Text.oneLine(refusal.getMessage()));
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw thrown;
        });
        int status = line.execute(Arrays.copyOf(arguments, arguments.length));
        out.flush();
        err.flush();
        return status;
    }
}
