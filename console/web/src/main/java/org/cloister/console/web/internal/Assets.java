// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The files of the page, read once. Immutable. */
final class Assets {
    /**
     * A file.
     *
     * @param type its media type
     * @param content its bytes, not to be changed
     */
    record Asset(String type, byte[] content) {}

    private static final Map<String, String> FILES = Map.of("/", "index.html", "/style.css", "style.css",
            "/app.js", "app.js", "/format.js", "format.js", "/feed.js", "feed.js", "/memory.js", "memory.js",
            "/heaps.js", "heaps.js", "/buffers.js", "buffers.js", "/faults.js", "faults.js", "/icon.svg", "icon.svg");
    private static final Map<String, String> TYPES = Map.of("html", "text/html; charset=utf-8", "css",
            "text/css; charset=utf-8", "js", "text/javascript; charset=utf-8", "svg", "image/svg+xml");

    private final Map<String, Asset> byPath = FILES.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> load(entry.getValue())));

    private static Asset load(String file) {
        try (InputStream in = Assets.class.getResourceAsStream("/page/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the page has no file " + file);
            }
            return new Asset(TYPES.get(file.substring(file.indexOf('.') + 1)), in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Optional<Asset> find(String path) {
        return Optional.ofNullable(byPath.get(path));
    }
}
