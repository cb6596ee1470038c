// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec;

import org.osgi.annotation.versioning.ProviderType;

/** What a stream is allowed to touch. */
@ProviderType
public enum Protection {
    /** Bitstream, pictures, and all that the device works in are in restricted memory for secure video. */
    PROTECTED,
    /** Bitstream is in normal memory; pictures may be in any. */
    CLEAR
}
