// SPDX-License-Identifier: Apache-2.0
package org.cloister.launcher.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
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
    /** Start levels matter to bnd's launcher only: here the order of the list says it all. */
    private static final String START_LEVEL_PREFIX = "org.osgi.framework.startlevel.";

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
        List<Path> bundles = Stream.of(read.getProperty(BUNDLES, "").split(","))
                .map(String::strip).filter(name -> !name.isEmpty())
                .map(name -> folder.resolve(name).toAbsolutePath()).toList();
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
}
