// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.cloister.console.report.Text;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import picocli.CommandLine;

/** Runs the command {@code play} again and again, on a thread of its own, until it is closed. */
final class PlayLoop implements AutoCloseable {
    private static final String COMMAND = "play";
    private static final long PAUSE_MS = 1000;

    private final CommandSource commands;
    private final Stage stage;
    private final PrintWriter err;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "cloister-play");
    private String lastComplaint = "";

    PlayLoop(CommandSource commands, Stage stage, PrintWriter err) {
        this.commands = commands;
        this.stage = stage;
        this.err = err;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            Path picture = Files.createTempFile("cloister-play", ".png");
            try {
                do {
                    play(picture);
                } while (!closed.await(PAUSE_MS, TimeUnit.MILLISECONDS));
            } finally {
                Files.deleteIfExists(picture);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once; says what went wrong, but not again as long as it is the same. */
    private void play(Path picture) {
        String complaint;
        try (Contribution play = commands.create(COMMAND)) {
            stage.await(play.needs());
            StringWriter said = new StringWriter();
            int status = new CommandLine(play.command()).setOut(new PrintWriter(Writer.nullWriter()))
                    .setErr(new PrintWriter(said)).setExecutionExceptionHandler((thrown, line, parsed) -> {
                        said.append(String.valueOf(thrown.getMessage()));
                        return ExitStatus.DOES_NOT_HOLD;
                    }).execute("--picture", picture.toString());
            complaint = status == ExitStatus.HOLDS ? "" : Text.oneLine(said.toString());
        } catch (CommandFailure failure) {
            complaint = failure.getMessage();
        } catch (IllegalStateException | LinkageError e) { // no service, or no class of it any longer
            Bundle own = FrameworkUtil.getBundle(PlayLoop.class);
            if (own == null || own.getState() == Bundle.ACTIVE) {
                throw e;
            }
            closed.countDown(); // the framework stops
            complaint = "";
        }
        if (!complaint.isEmpty() && !complaint.equals(lastComplaint) && closed.getCount() > 0) {
            err.println("playback: " + complaint);
            err.flush();
        }
        lastComplaint = complaint;
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
    }
}
