// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.play.internal;

import java.nio.file.Path;
import java.util.Optional;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.FrameReference;

/**
 * What is to be played.
 *
 * @param clip the file
 * @param name what the clip is called in messages
 * @param keys to decrypt it with
 * @param heap the name of the heap that it has to be; empty for one that codec, GPU and display can all reach
 * @param reference what its pictures ought to be, if that is known
 * @param swaps when which backend takes over
 * @param realTime whether each picture is shown when it is due, and not as soon as it can be
 * @param picture where the contact sheet goes
 */
public record PlayRequest(
        Path clip, String name, ContentKeys keys, Optional<String> heap, Optional<FrameReference> reference,
        SwapPlan swaps, boolean realTime, Path picture) {}
