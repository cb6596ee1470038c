// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The shape of a picture in memory: tightly packed, that is, no byte between lines or planes.
 *
 * @param pixels how pixels lie in memory
 * @param width pixels of a line, 1 to {@value #MAX_SIDE}
 * @param height lines, 1 to {@value #MAX_SIDE}
 * @param colour how samples stand for colours; of no meaning for a format that is not luma and chroma
 */
@ProviderType
public record PictureFormat(PixelFormat pixels, int width, int height, ColourCoding colour) {
    /** The greatest width and height. */
    public static final int MAX_SIDE = 16384;

    /** Checks the components. */
    public PictureFormat {
        Objects.requireNonNull(pixels, "pixels");
        Objects.requireNonNull(colour, "colour");
        if (width < 1 || width > MAX_SIDE || height < 1 || height > MAX_SIDE) {
            throw new IllegalArgumentException("no size of a picture: %d by %d".formatted(width, height));
        }
    }

    /** Bytes of the whole picture. */
    public long size() {
        return offset(pixels.planes());
    }

    /**
     * Where a plane begins, in bytes from the beginning of the picture.
     *
     * @param plane its index; the number of planes gives the size of the picture
     */
    public long offset(int plane) {
        long offset = 0;
        for (int before = 0; before < plane; before++) {
            offset += (long) pixels.lineBytes(before, width) * pixels.lines(before, height);
        }
        return offset;
    }

    /** Bytes from one line of plane {@code plane} to the next. */
    public int stride(int plane) {
        return pixels.lineBytes(plane, width);
    }

    @Override
    public String toString() {
        return "%dx%d %s".formatted(width, height, pixels);
    }
}
