// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a decoder is told of a stream before its first byte. None of it is secret: it travels in the clear in every
 * container.
 *
 * @param codec the standard that the stream follows
 * @param configuration either the decoder configuration record of ISO/IEC 14496-15 ({@code avcC}, {@code hvcC}), and
 *     then each access unit is a sequence of NAL units with their lengths before them, as in an MP4 file; or nothing,
 *     and then access units have start codes and bring their parameter sets along (ITU-T H.264 and H.265, annex B)
 * @param output how pictures are to be written: {@link PixelFormat#I420}, which means {@link PixelFormat#I420_10} for a
 *     stream of ten bits, or {@link PixelFormat#NV12} for streams of eight
 */
@ProviderType
public record StreamFormat(VideoCodec codec, byte[] configuration, PixelFormat output) {
    /** Copies the configuration. */
    public StreamFormat {
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(output, "output");
        configuration = configuration.clone();
    }

    /** A copy of the configuration. */
    @Override
    public byte[] configuration() {
        return configuration.clone();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof StreamFormat other && codec == other.codec && output == other.output
                && Arrays.equals(configuration, other.configuration);
    }

    @Override
    public int hashCode() {
        return Objects.hash(codec, output, Arrays.hashCode(configuration));
    }

    @Override
    public String toString() {
        return "%s to %s, configuration %s".formatted(codec, output, HexFormat.of().formatHex(configuration));
    }
}
