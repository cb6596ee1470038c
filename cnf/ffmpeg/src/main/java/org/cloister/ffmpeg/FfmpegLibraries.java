// SPDX-License-Identifier: Apache-2.0
package org.cloister.ffmpeg;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * FFmpeg's native libraries, loaded. Its presence as a service says that the classes of {@code org.bytedeco.ffmpeg}
 * work; using one of them earlier would unpack the libraries into the user's home directory and start a thread that
 * keeps this bundle's class loader for ever.
 *
 * <p>The libraries are unpacked into a directory of this bundle's storage, a fresh one for each start: a JVM refuses to
 * load one file for two class loaders, which is what an update of this bundle asks for. The directory goes when the
 * bundle is started again or uninstalled. FFmpeg's own log is off; its callers turn return codes into sentences.
 *
 * <p>Nothing is freed by garbage collection: whoever allocates with FFmpeg frees with FFmpeg.
 */
@ProviderType
@Component(service = FfmpegLibraries.class)
public final class FfmpegLibraries {
    private static final String DIRECTORY_PREFIX = "natives-";

    /** Where this class's loader has its libraries from: a loader loads them once. Guarded by the class. */
    private static Optional<Path> loadedFrom = Optional.empty();

    /**
     * Loads the libraries from this bundle, unless an earlier component of it did: they cannot be loaded twice.
     *
     * @param context whose storage area holds the unpacked libraries
     */
    @Activate
    public FfmpegLibraries(BundleContext context) throws IOException {
        synchronized (FfmpegLibraries.class) {
            if (loadedFrom.isEmpty()) {
                Path directory = freshDirectory(storage(context));
                load(directory);
                loadedFrom = Optional.of(directory);
            }
        }
    }

    private FfmpegLibraries(Path directory) {
        load(directory);
    }

    /**
     * Loads the libraries where there is no framework, as in a unit test. Later calls find them loaded.
     *
     * @param directory where they are unpacked; what an earlier run left there is used again
     * @return the libraries, loaded
     * @throws IOException when the directory cannot be made
     */
    public static FfmpegLibraries loadInto(Path directory) throws IOException {
        return new FfmpegLibraries(Files.createDirectories(directory));
    }

    /** The version of FFmpeg, such as {@code "8.0.1"}. */
    public String version() {
        return avutil.av_version_info().getString();
    }

    /** What FFmpeg says of one of its error codes, such as {@code "Invalid data found when processing input"}. */
    public static String describe(int code) {
        byte[] text = new byte[avutil.AV_ERROR_MAX_STRING_SIZE];
        avutil.av_strerror(code, text, text.length);
        int length = 0;
        while (length < text.length && text[length] != 0) {
            length++;
        }
        return new String(text, 0, length, StandardCharsets.US_ASCII);
    }

    /** JavaCPP reads its settings from system properties, once: they are set for that moment only. */
    private static void load(Path directory) {
        Properties system = System.getProperties();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("org.bytedeco.javacpp.cachedir", directory.toString());
        settings.put("org.bytedeco.javacpp.nopointergc", "true");
        Map<String, Object> before = new LinkedHashMap<>();
        settings.forEach((key, value) -> before.put(key, system.setProperty(key, value)));
        try {
            Loader.load(Pointer.class);
            Loader.load(avutil.class);
            Loader.load(avcodec.class);
            Loader.load(avformat.class);
        } finally {
            before.forEach((key, value) -> {
                if (value == null) {
                    system.remove(key);
                } else {
                    system.put(key, value);
                }
            });
        }
        avutil.av_log_set_level(avutil.AV_LOG_QUIET);
    }

    private static Path storage(BundleContext context) throws IOException {
        File file = context.getDataFile("ffmpeg");
        if (file == null) {
            throw new IOException("This framework offers bundles no storage; FFmpeg's libraries need 60 MiB of it");
        }
        return file.toPath();
    }

    /** A framework that was killed has left its directory behind. */
    private static Path freshDirectory(Path parent) throws IOException {
        Files.createDirectories(parent);
        for (Path stale : children(parent)) {
            delete(stale);
        }
        return Files.createTempDirectory(parent, DIRECTORY_PREFIX);
    }

    private static List<Path> children(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(DIRECTORY_PREFIX)).toList();
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> paths = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.sorted(Comparator.reverseOrder()).forEach(paths::add);
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
