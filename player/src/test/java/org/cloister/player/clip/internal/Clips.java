// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.cloister.ffmpeg.FfmpegLibraries;

/** Where the test clips are, their keys, and what reads them. */
public final class Clips {
    /** The key of the shipped sample. */
    public static final String SAMPLE_KEY = "a7e61c373e219033c21091fa607bf3b8:00112233445566778899aabbccddeeff";
    /** The key of all other encrypted clips. */
    public static final String KEY = "00112233445566778899aabbccddeeff:0123456789abcdef0123456789abcdef";

    private Clips() {}

    public static FfmpegLibraries ffmpeg() {
        try {
            return FfmpegLibraries.loadInto(Path.of("target", "ffmpeg"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path path(String name) {
        String resource = (name.startsWith("sample-f") || name.equals("sample.framemd5") ? "/sample/" : "/clips/") + name;
        try {
            return Path.of(Clips.class.getResource(resource).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(resource, e);
        }
    }

    static List<Sample> samples(Path path) {
        List<Sample> samples = new ArrayList<>();
        try (Mp4Reader reader = Mp4Reader.open(ffmpeg(), path)) {
            for (var sample = reader.next(); sample.isPresent(); sample = reader.next()) {
                samples.add(sample.get());
            }
        }
        return samples;
    }
}
