// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A program that lies beside this one and runs in a process of its own.
 *
 * @param home the folder that this program runs from, if it does from a folder
 * @param jar where the program is in that folder
 * @param purpose what it is for, such as {@code "measure"}
 * @param content what a program without it was packed without, such as {@code "benchmarks"}
 */
record CompanionJar(Optional<Path> home, String jar, String purpose, String content) {
    /**
     * Runs it; its errors go where ours go.
     *
     * @param options of the Java virtual machine
     * @param command the command of Cloister's that does this, for the remedy
     * @return its exit status
     */
    int run(PrintWriter out, String command, List<String> options, List<String> arguments)
            throws IOException, InterruptedException {
        Path found = home.map(folder -> folder.resolve(jar)).filter(Files::isReadable)
                .orElseThrow(() -> new CommandFailure(ExitStatus.UNUSABLE, "cannot " + purpose + ": " + jar
                        + " is not beside this program, which was packed without " + content
                        + "; run ./cloister " + command + " in Cloister's sources"));
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(options);
        line.addAll(List.of("-jar", found.toAbsolutePath().toString()));
        line.addAll(arguments);
        Process process = new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = process.inputReader()) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                out.println(text);
                out.flush();
            }
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }
}
