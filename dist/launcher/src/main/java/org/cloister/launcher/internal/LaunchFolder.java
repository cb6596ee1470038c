// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What an unpacked runnable jar says about itself in {@code launcher.properties}, in the words of bnd's launcher.
 *
 * @param bundles the bundles in the order in which to start them
 * @param properties what the run configuration sets for the framework
 */
record LaunchFolder(List<Path> bundles, Map<String, String> properties) {
    private static final String PROPERTIES = "launcher.properties";
    private static final String BUNDLES = "launch.bundles";
    /** Tells bundles where the folder is. */
    private static final String HOME = "cloister.home";
    private static final String LAUNCHER_PREFIX = "launch.";
    /** The same bundles in the same order, by symbolic name, each with its attributes. */
    private static final String ATTRIBUTES = "launch.runbundles.attrs";
    private static final Pattern COMMA = Pattern.compile(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)"); // that is not quoted
    private static final Pattern START_LEVEL = Pattern.compile(";\\s*startlevel=\"?(\\d+)");
    /** What the framework is told of start levels is for bnd's launcher: here all bundles have one, and start in order. */
    private static final String START_LEVEL_PREFIX = "org.osgi.framework.startlevel.";

    /** A bundle, and when it is to start. */
    private record Leveled(Path bundle, int level) {}

    /**
     * Reads the properties.
     *
     * @throws IOException when they, or a bundle that they name, cannot be read
     */
    static LaunchFolder read(Path folder) throws IOException {
        Properties read = new Properties();
        try (InputStream in = Files.newInputStream(folder.resolve(PROPERTIES))) {
            read.load(in);
        }
        List<Path> listed = Stream.of(read.getProperty(BUNDLES, "").split(","))
                .map(String::strip).filter(name -> !name.isEmpty())
                .map(name -> folder.resolve(name).toAbsolutePath()).toList();
        List<Path> bundles = inOrder(listed, read.getProperty(ATTRIBUTES, ""));
        for (Path bundle : bundles) {
            if (!Files.isReadable(bundle)) {
                throw new IOException("the bundle " + bundle + " is missing");
            }
        }
        Map<String, String> properties = new HashMap<>();
        for (String name : read.stringPropertyNames()) {
            if (!name.startsWith(LAUNCHER_PREFIX) && !name.startsWith(START_LEVEL_PREFIX)) {
                properties.put(name, read.getProperty(name));
            }
        }
        properties.put(HOME, folder.toAbsolutePath().toString());
        return new LaunchFolder(bundles, Map.copyOf(properties));
    }

    /** By start level, where they have one; those of the same level as they are listed. */
    private static List<Path> inOrder(List<Path> bundles, String attributes) throws IOException {
        String[] each = COMMA.split(attributes);
        if (attributes.isBlank() || bundles.isEmpty()) {
            return bundles;
        }
        if (each.length != bundles.size()) {
            throw new IOException("%s has %d bundles, and attributes for %d".formatted(
                    PROPERTIES, bundles.size(), each.length));
        }
        return IntStream.range(0, each.length)
                .mapToObj(i -> new Leveled(bundles.get(i), level(each[i])))
                .sorted(Comparator.comparingInt(Leveled::level))
                .map(Leveled::bundle).toList();
    }

    private static int level(String attributes) {
        Matcher found = START_LEVEL.matcher(attributes);
        return found.find() ? Integer.parseInt(found.group(1)) : Integer.MAX_VALUE;
    }
}
