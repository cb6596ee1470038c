// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.osgi.annotation.versioning.ProviderType;

/** A video compression standard. New constants may be added in a minor version. */
@ProviderType
public enum VideoCodec {
    /** ITU-T H.264, ISO/IEC 14496-10 (AVC). */
    H264("h264"),
    /** ITU-T H.265, ISO/IEC 23008-2 (HEVC). */
    HEVC("hevc");

    private final String label;

    VideoCodec(String label) {
        this.label = label;
    }

    /** The name that people and reports use, such as {@code "h264"}. */
    public String label() {
        return label;
    }
}
