// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * How pixels lie in memory. Planes follow one another without a gap; chroma of the 4:2:0 formats has half the width
 * and height of luma, rounded up.
 *
 * <pre>
 * I420      Y plane, then U, then V; one byte a sample
 * I420_10   the same with two bytes a sample, little-endian, the value in the low ten bits
 * NV12      Y plane, then U and V interleaved (U first); one byte a sample
 * XRGB8888  one plane of four bytes a pixel: blue, green, red, ignored
 * </pre>
 */
@ProviderType
public enum PixelFormat {
    /** Planar 4:2:0, eight bits. */
    I420(1, Chroma.TWO_PLANES),
    /** Planar 4:2:0, ten bits in two bytes. */
    I420_10(2, Chroma.TWO_PLANES),
    /** Semi-planar 4:2:0, eight bits. */
    NV12(1, Chroma.INTERLEAVED),
    /** Packed colours, 32 bits a pixel. */
    XRGB8888(4, Chroma.NONE);

    private enum Chroma { NONE, TWO_PLANES, INTERLEAVED }

    private final int bytesPerSample;
    private final Chroma chroma;

    PixelFormat(int bytesPerSample, Chroma chroma) {
        this.bytesPerSample = bytesPerSample;
        this.chroma = chroma;
    }

    /** Bytes of one sample of the first plane. */
    public int bytesPerSample() {
        return bytesPerSample;
    }

    /** Tells whether this is luma and chroma, rather than red, green and blue. */
    public boolean isYuv() {
        return chroma != Chroma.NONE;
    }

    /** How many planes a picture has. */
    public int planes() {
        return switch (chroma) {
            case NONE -> 1;
            case INTERLEAVED -> 2;
            case TWO_PLANES -> 3;
        };
    }

    /** Lines of plane {@code plane} of a picture that is {@code height} pixels high. */
    public int lines(int plane, int height) {
        return plane == 0 ? height : (height + 1) / 2;
    }

    /** Bytes that the pixels of one line of plane {@code plane} take when the picture is {@code width} pixels wide. */
    public int lineBytes(int plane, int width) {
        int chromaWidth = (width + 1) / 2;
        return bytesPerSample * (plane == 0 ? width : chroma == Chroma.INTERLEAVED ? 2 * chromaWidth : chromaWidth);
    }
}
