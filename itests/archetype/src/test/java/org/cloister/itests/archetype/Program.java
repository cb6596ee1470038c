// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.archetype;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What a program said and how it ended.
 *
 * @param status its exit status
 * @param output what it wrote, to standard error too
 */
record Program(int status, String output) {
    private static final long MINUTES = 8;

    /** Runs a program in a folder until it ends, with nothing to read, and its output in {@code log} meanwhile. */
    static Program run(Path folder, Path log, List<String> command) throws IOException, InterruptedException {
        Process process = start(folder, log, command);
        process.getOutputStream().close();
        return end(process, log);
    }

    /** Says {@code line} to a program until it has given {@code answer}, then {@code last}, which is to end it. */
    static int converse(Path folder, Path log, String line, String answer, String last, List<String> command)
            throws IOException, InterruptedException {
        Process process = start(folder, log, command);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
            while (!Files.readString(log).contains(answer)) {
                if (System.nanoTime() > end || !process.isAlive()) {
                    process.destroyForcibly();
                    throw new AssertionError("it never said '%s':%n%s".formatted(answer, Files.readString(log)));
                }
                in.write(line + "\n");
                in.flush();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(250));
            }
            in.write(last + "\n");
        }
        return end(process, log).status();
    }

    private static Process start(Path folder, Path log, List<String> command) throws IOException {
        return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
    }

    private static Program end(Process process, Path log) throws IOException, InterruptedException {
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String output = Files.readString(log);
        if (!ended) {
            throw new AssertionError("it did not end within %d minutes:%n%s".formatted(MINUTES, output));
        }
        return new Program(process.exitValue(), output);
    }
}
