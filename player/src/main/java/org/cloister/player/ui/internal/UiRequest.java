// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.ui.internal;

import java.nio.file.Path;
import java.util.List;

/**
 * What is to be shown.
 *
 * @param messages what the normal world wants to have asked, one dialogue each
 * @param heap the name of the heap that dialogues are drawn in
 * @param picture where the photograph goes
 */
public record UiRequest(List<String> messages, String heap, Path picture) {
    /** Copies the list. */
    public UiRequest {
        messages = List.copyOf(messages);
    }
}
