// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.cloister.player.clip.internal.ContentKeys;
import org.cloister.player.clip.internal.FrameReference;

/** The clip that comes with the player, its key, and what its pictures ought to be. */
final class ShippedSample implements AutoCloseable {
    static final String NAME = "sample-fragmented.mp4";
    /** It protects a test pattern from nobody. */
    private static final String KEY = "a7e61c373e219033c21091fa607bf3b8:00112233445566778899aabbccddeeff";
    private static final String REFERENCE = "sample.framemd5";

    private final Path file;

    /** Unpacks the clip to a temporary file, because libavformat reads files. */
    ShippedSample() throws IOException {
        file = Files.createTempFile("cloister-sample-", ".mp4");
        try (InputStream clip = open(NAME)) {
            Files.write(file, clip.readAllBytes());
        }
    }

    Path file() {
        return file;
    }

    static ContentKeys keys() {
        return ContentKeys.parse(List.of(KEY));
    }

    static FrameReference reference() throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(open(REFERENCE), StandardCharsets.US_ASCII))) {
            return FrameReference.parse("the sample's " + REFERENCE, lines.lines().toList());
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream in = ShippedSample.class.getResourceAsStream("/sample/" + name);
        if (in == null) {
            throw new IOException("this bundle lacks sample/" + name);
        }
        return in;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
    }
}
