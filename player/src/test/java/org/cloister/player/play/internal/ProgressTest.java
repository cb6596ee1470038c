// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter out = new StringWriter();
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1); // about to overflow, as nanoTime may be

    @Test
    void drawsABarOnATerminalAndTakesItAway() {
        Progress progress = progress(true);
        progress.expect(OptionalInt.of(80));
        progress.shown(20);
        progress.shown(21);
        pass(Duration.ofSeconds(1));
        progress.shown(80);

        assertThat(out.toString()).isEqualTo("\r[" + "=".repeat(10) + " ".repeat(30) + "] 20 of 80 frames"
                + "\r[" + "=".repeat(40) + "] 80 of 80 frames");
        progress.done();
        assertThat(out.toString()).endsWith(" \r");
    }

    @Test
    void drawsNoBarWhenNobodyKnowsTheLength() {
        Progress progress = progress(true);
        progress.shown(7);

        assertThat(out).hasToString("\r7 frames");
    }

    @Test
    void writesALineNowAndThenElsewhere() {
        Progress progress = progress(false);
        progress.expect(OptionalInt.of(100));
        progress.shown(1);
        pass(Duration.ofSeconds(6));
        progress.shown(50);
        progress.shown(51);
        progress.done();

        assertThat(out.toString().lines()).containsExactly("50 of 100 frames");
    }

    @Test
    void survivesMoreFramesThanExpected() {
        Progress progress = progress(true);
        progress.expect(OptionalInt.of(1));
        progress.shown(Integer.MAX_VALUE);

        assertThat(out.toString()).contains("=".repeat(40) + "]");
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private Progress progress(boolean terminal) {
        return new Progress(new PrintWriter(out), terminal, now::get);
    }
}
