// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.time.Duration;
import java.util.Optional;

/**
 * An access unit as the file has it.
 *
 * @param index its place in decoding order, from 0
 * @param data its bytes, not copied; they become clear text when the sample is decrypted
 * @param timestamp when its picture is to be shown, in units of the track's time base
 * @param time the same, since the timestamp of the first sample; negative for pictures that come before its own
 * @param shown whether its picture is to be shown at all; an edit list may want it decoded only
 * @param protection how it is encrypted; empty when it is not
 */
public record Sample(int index, byte[] data, long timestamp, Duration time, boolean shown,
        Optional<SampleProtection> protection) {}
