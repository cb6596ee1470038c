// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.record.internal;

import java.nio.file.Path;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.KeyId;

/**
 * What is to be recorded.
 *
 * @param frames how many pictures
 * @param heap the name of the heap for recordings
 * @param keyId the id of the key
 * @param keys has the key
 * @param file where the recording goes
 */
public record RecordRequest(int frames, String heap, KeyId keyId, ContentKeys keys, Path file) {}
