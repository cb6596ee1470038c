// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.record.internal;

import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.player.probe.internal.ProtectionReport;

/**
 * How it went.
 *
 * @param frames how many pictures were recorded
 * @param format of the pictures
 * @param codec of the recording
 * @param bytes of its samples
 * @param encryptedBy who encrypted
 * @param protection how the memory held out
 */
public record RecordReport(int frames, PictureFormat format, VideoCodec codec, long bytes, String encryptedBy,
        ProtectionReport protection) {}
