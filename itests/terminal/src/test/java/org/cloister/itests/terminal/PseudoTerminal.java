// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A terminal with a program on it: keys go in, and what would be on the screen comes out. It is made by script(1), in
 * which the program has a controlling terminal as it has under a person's hands.
 */
final class PseudoTerminal implements AutoCloseable {
    static final long PATIENCE_S = 60;

    private final Process process;
    private final Thread reader;
    private final String device;
    private final StringBuilder shown = new StringBuilder(); // guarded by itself
    private int seen;

    /** Starts a program on a terminal of this size. */
    PseudoTerminal(int rows, int columns, List<String> command) throws IOException, InterruptedException {
        String program = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        ProcessBuilder builder = new ProcessBuilder("script", "--quiet", "--return", "--flush", "--command",
                "stty rows %d cols %d && tty && exec %s".formatted(rows, columns, program), "/dev/null")
                .redirectErrorStream(true);
        builder.environment().putAll(Map.of("TERM", "xterm", "SHELL", "/bin/sh"));
        process = builder.start();
        reader = Thread.ofVirtual().start(this::read);
        device = await("\n").strip();
    }

    private void read() {
        try (Reader output = process.inputReader(StandardCharsets.UTF_8)) {
            char[] part = new char[1024];
            for (int length = output.read(part); length >= 0; length = output.read(part)) {
                synchronized (shown) {
                    shown.append(part, 0, length);
                    shown.notifyAll();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Types keys; Enter is {@code \r}. */
    void type(String keys) throws IOException {
        process.getOutputStream().write(keys.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Waits until a text is shown after what was awaited before; gives all that was shown up to its end. */
    String await(String text) throws InterruptedException {
        assertThat(isShown(text, PATIENCE_S)).as("'%s' is shown after: %s", text, shown.substring(seen)).isTrue();
        synchronized (shown) {
            int end = shown.indexOf(text, seen) + text.length();
            String all = shown.substring(seen, end);
            seen = end;
            return all;
        }
    }

    /** Whether a text is shown, after what was awaited before, within so many seconds. */
    boolean isShown(String text, long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        synchronized (shown) {
            while (shown.indexOf(text, seen) < 0) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(shown, left);
            }
            return true;
        }
    }

    /** Makes the terminal wider or narrower, as who drags its window does. */
    void resize(int columns) throws IOException, InterruptedException {
        assertThat(Path.of(device)).exists();
        assertThat(new ProcessBuilder("stty", "-F", device, "cols", Integer.toString(columns)).inheritIO().start()
                .waitFor()).isZero();
    }

    /** Waits until the program ends, and gives its exit status. */
    int status() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).as("it ends, after: %s", shown.substring(seen)).isTrue();
        return process.exitValue();
    }

    /** What was shown after what was awaited, once the program has ended. */
    String rest() throws InterruptedException {
        reader.join(Duration.ofSeconds(PATIENCE_S));
        synchronized (shown) {
            return shown.substring(seen);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
