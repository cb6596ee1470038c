// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.osgi.annotation.versioning.ProviderType;

/** What a {@link DecoderSession} needs memory for, besides bitstream and pictures. */
@ProviderType
public enum InternalMemory {
    /** Bitstream on its way from the client's buffers to the parser. */
    BITSTREAM_RING,
    /** Motion vectors of the latest pictures, which later ones refer to. */
    MOTION_VECTORS,
    /** A picture as it was reconstructed, from which the one for the client is made. */
    RECONSTRUCTION
}
