// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import java.io.Console;
import java.io.IOException;
import org.cloister.player.clip.internal.ClipException;
import org.cloister.player.play.internal.Bench;
import org.cloister.player.play.internal.PlayReport;
import org.cloister.player.play.internal.PlayRequest;
import org.cloister.player.play.internal.Playback;
import org.cloister.player.play.internal.Progress;
import picocli.CommandLine.Model.CommandSpec;

/** What a command of the player does: an attempt that holds, does not hold, or cannot be made with what was given. */
@FunctionalInterface
interface Attempt {
    /** Exit status when all came out as it should. */
    int HOLDS = 0;
    /** Exit status when something did not. */
    int DOES_NOT_HOLD = 1;
    /** Exit status when what was given is of no use. */
    int UNUSABLE = 2;

    /**
     * Makes the attempt and prints its report.
     *
     * @return whether it holds
     * @throws ClipException when what was given is of no use
     */
    boolean make() throws IOException, InterruptedException;

    /** Makes one for a command, and gives the exit status; what is of no use is told on standard error. */
    static int status(CommandSpec command, Attempt attempt) throws IOException, InterruptedException {
        try {
            return attempt.make() ? HOLDS : DOES_NOT_HOLD;
        } catch (ClipException unusable) {
            command.commandLine().getErr().println("cloister %s: %s".formatted(command.name(), unusable.getMessage()));
            return UNUSABLE;
        }
    }

    /** Plays, and tells on standard error how far it is. */
    static PlayReport play(CommandSpec command, Bench bench, PlayRequest request)
            throws IOException, InterruptedException {
        Console console = System.console();
        var progress = new Progress(command.commandLine().getErr(), console != null && console.isTerminal(),
                System::nanoTime);
        try {
            return new Playback(bench, request, progress, System::nanoTime).run();
        } finally {
            progress.done();
        }
    }
}
