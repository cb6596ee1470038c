// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.cloister.heap.Heaps;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/**
 * A framework with bundles that benchmarks, which are outside of it, reach by their services. The API's packages come
 * from the class path, so that both have the same types. For one thread.
 */
final class Felix implements AutoCloseable {
    private static final List<String> COMPONENTS = List.of("org.osgi.util.function-", "org.osgi.util.promise-",
            "org.osgi.service.component-", "org.apache.felix.scr-");
    private static final String SHARED = ",org.osgi.service.cm;version=1.6.1,org.slf4j;version=2.0.20";

    private final Path storage;
    private final Framework framework;

    private Felix(Path storage, List<Class<?>> types, List<String> names) throws BundleException, IOException {
        this.storage = storage;
        framework = new FrameworkFactory().newFramework(Map.of(
                Constants.FRAMEWORK_STORAGE, storage.toString(),
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, shared(types) + SHARED));
        framework.start();
        List<Bundle> bundles = new ArrayList<>();
        for (String name : Stream.concat(COMPONENTS.stream(), names.stream()).toList()) {
            bundles.add(framework.getBundleContext().installBundle(jar(name).toUri().toString()));
        }
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    /**
     * Starts Declarative Services, and bundles whose files begin with these names. Besides the API's, packages come from
     * the class path that are of a bundle with one of these types.
     */
    static Felix start(List<Class<?>> types, List<String> names) {
        try {
            return new Felix(Files.createTempDirectory("cloister-bench"), types, names);
        } catch (IOException | BundleException e) {
            throw new IllegalStateException("the framework does not start: " + e.getMessage(), e);
        }
    }

    private static String shared(List<Class<?>> types) throws IOException {
        List<String> exports = new ArrayList<>(List.of(exports(Heaps.class)));
        for (Class<?> type : types) {
            exports.add(exports(type));
        }
        return String.join(",", exports);
    }

    /** The packages that a type's bundle exports. */
    private static String exports(Class<?> type) throws IOException {
        try (JarFile bundle = new JarFile(here(type).toFile())) {
            return bundle.getManifest().getMainAttributes().getValue(Constants.EXPORT_PACKAGE)
                    .replaceAll(";uses:=\"[^\"]*\"", "");
        }
    }

    private static Path here(Class<?> type) {
        return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString()));
    }

    /** The framework's own. */
    BundleContext context() {
        return framework.getBundleContext();
    }

    /** A bundle of the benchmarks' own, or of the program that they are part of. */
    private static Path jar(String prefix) throws IOException {
        Path own = here(Felix.class).resolveSibling("lib");
        Path program = here(Felix.class).getParent().resolveSibling("jar");
        for (Path folder : List.of(own, program)) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> jars = Files.list(folder)) {
                    Optional<Path> found =
                            jars.filter(jar -> jar.getFileName().toString().startsWith(prefix)).findFirst();
                    if (found.isPresent()) {
                        return found.get();
                    }
                }
            }
        }
        throw new IllegalStateException(prefix + "*.jar is neither in " + own + " nor in " + program);
    }

    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(0);
            Files.walkFileTree(storage, new Remover());
        } catch (BundleException | IOException e) {
            throw new IllegalStateException("the framework does not stop: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
