// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;

/** The test streams, cut into access units at their delimiters. */
final class Streams {
    private Streams() {}

    static StreamFormat format(String name) {
        return new StreamFormat(name.endsWith("hevc") ? VideoCodec.HEVC : VideoCodec.H264, new byte[0], PixelFormat.I420);
    }

    static List<byte[]> accessUnits(String name) {
        byte[] stream = resource(name);
        byte[] delimiter = name.endsWith("hevc") ? new byte[] {0, 0, 1, 0x46, 1} : new byte[] {0, 0, 1, 9};
        List<Integer> starts = new ArrayList<>();
        for (int i = 1; i + delimiter.length <= stream.length; i++) {
            if (Arrays.equals(stream, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
                starts.add(stream[i - 1] == 0 ? i - 1 : i);
            }
        }
        List<byte[]> units = new ArrayList<>();
        for (int i = 0; i < starts.size(); i++) {
            int end = i + 1 < starts.size() ? starts.get(i + 1) : stream.length;
            units.add(Arrays.copyOfRange(stream, starts.get(i), end));
        }
        return units;
    }

    /** The MD5 of each picture, in presentation order. */
    static List<String> reference(String name) {
        return new String(resource(name + ".framemd5"), StandardCharsets.US_ASCII).lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.substring(line.lastIndexOf(',') + 1).strip())
                .toList();
    }

    private static byte[] resource(String name) {
        try (InputStream in = Streams.class.getResourceAsStream("/streams/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
