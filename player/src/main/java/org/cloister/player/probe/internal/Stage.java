// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.probe.internal;

import java.util.Locale;

/** Moments in the life of a buffer at which it is attacked. */
public enum Stage {
    /** It was just allocated. */
    ALLOCATED,
    /** Clear bitstream is being put into it, by the CPU or by a trusted application. */
    DECRYPTING,
    /** Clear bitstream is in it. */
    WRITTEN,
    /** The camera and the encoder have it. */
    RECORDING,
    /** A clear picture, or clear bitstream, of the camera is in it. */
    RECORDED,
    /** A trusted application encrypts what is in it. */
    ENCRYPTING,
    /** The secure world draws in it. */
    DRAWING,
    /** The secure world has drawn in it. */
    DRAWN,
    /** The decoder has it, works in it, or runs it. */
    DECODING,
    /** The decoder has it, and another backend takes its heap over. */
    SWAPPING,
    /** A clear picture is in it. */
    DECODED,
    /** The GPU has it, in protected mode: a picture to read, or memory for the one that it makes of it. */
    COMPOSING,
    /** What the GPU made is in it, and the GPU is out of protected mode, or leaving it. */
    COMPOSED,
    /** The display is fetching it. */
    SCAN_OUT,
    /** The panel shows what was in it. */
    SHOWN,
    /** It went back to its heap. */
    FREED,
    /** Its memory went back to the normal world. */
    RECLAIMED;

    /** For people, such as {@code "scan-out"}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
