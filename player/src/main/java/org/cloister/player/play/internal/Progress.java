// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.io.PrintWriter;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * Tells a person how far playback is: a bar that redraws itself on a terminal, else a line now and then. Safe for use
 * by any thread.
 */
public final class Progress {
    private static final long BAR_NANOS = 100_000_000L;
    private static final long LINE_NANOS = 5_000_000_000L;
    private static final int BAR_WIDTH = 40;

    private final PrintWriter out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private OptionalInt total = OptionalInt.empty(); // guarded by this, as are those below
    private long next;
    private boolean drawn;

    /**
     * Begins.
     *
     * @param out standard error
     * @param terminal whether that is a terminal
     * @param nanoTime the clock
     */
    public Progress(PrintWriter out, boolean terminal, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.next = nanoTime.getAsLong() + (terminal ? 0 : LINE_NANOS);
    }

    /** How many frames there will be, if that is known. */
    synchronized void expect(OptionalInt frames) {
        total = frames;
    }

    /** So many frames were shown. */
    synchronized void shown(int frames) {
        long now = nanoTime.getAsLong();
        if (now - next < 0) {
            return;
        }
        next = now + (terminal ? BAR_NANOS : LINE_NANOS);
        if (terminal) {
            draw(frames);
        } else {
            out.println(text(frames));
        }
        out.flush();
    }

    private void draw(int frames) {
        drawn = true;
        String bar = "";
        if (total.isPresent()) {
            int filled = (int) Math.min(BAR_WIDTH, (long) BAR_WIDTH * frames / Math.max(1, total.getAsInt()));
            bar = "[" + "=".repeat(filled) + " ".repeat(BAR_WIDTH - filled) + "] ";
        }
        out.print("\r" + bar + text(frames));
    }

    private String text(int frames) {
        return total.isPresent() ? "%d of %d frames".formatted(frames, total.getAsInt()) : frames + " frames";
    }

    /** Something happened that a person wants to know of at once. */
    synchronized void say(String sentence) {
        done();
        out.println(sentence);
        out.flush();
    }

    /** Playback is over, well or not; the bar goes. */
    public synchronized void done() {
        if (drawn) {
            out.print("\r" + " ".repeat(BAR_WIDTH + 40) + "\r");
            out.flush();
            drawn = false;
        }
    }
}
