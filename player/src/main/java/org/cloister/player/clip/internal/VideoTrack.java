// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.util.OptionalInt;
import org.cloister.platform.device.VideoCodec;

/**
 * The video track of a clip.
 *
 * @param codec of its samples
 * @param configuration the decoder configuration record ({@code avcC}, {@code hvcC}); not copied
 * @param width pixels of a line, as the container says
 * @param height lines, as the container says
 * @param samples how many there are, where the container says so in one place
 */
public record VideoTrack(VideoCodec codec, byte[] configuration, int width, int height, OptionalInt samples) {}
