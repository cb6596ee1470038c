// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.ui.internal;

import java.nio.file.Path;
import org.cloister.player.probe.internal.ProtectionReport;

/**
 * How it went.
 *
 * @param dialogues how many dialogues were shown
 * @param exact how many of them reached the panel as the secure world drew them, by its own word
 * @param drawnBy who drew
 * @param width pixels of a dialogue's line
 * @param height lines of a dialogue
 * @param black whether the panel was black while somebody was at the way to it
 * @param protection how the memory held out
 * @param picture a photograph of the panel with the last dialogue
 */
public record UiReport(int dialogues, int exact, String drawnBy, int width, int height, boolean black,
        ProtectionReport protection, Path picture) {

    /** Whether all dialogues were shown as drawn, and nobody else saw or changed them. */
    public boolean holds() {
        return dialogues > 0 && exact == dialogues && black && protection.holds();
    }
}
