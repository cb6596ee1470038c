// SPDX-License-Identifier: Apache-2.0
/**
 * The door to FFmpeg: whoever uses {@code org.bytedeco.ffmpeg} waits for the service of this package first.
 */
@Export
@Version("1.0.0")
package org.cloister.ffmpeg;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
