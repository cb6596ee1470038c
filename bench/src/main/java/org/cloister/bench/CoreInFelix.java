// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.cloister.pool.PoolMemory;
import org.cloister.pool.StaticPool;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;

/**
 * Core as its users have it: a bundle in Felix, reached by its services. The API's packages come from the class path, so
 * that benchmarks, which are outside of the framework, have the same types. For one thread.
 */
final class CoreInFelix implements AutoCloseable {
    private static final List<String> BUNDLES = List.of("org.osgi.util.function-", "org.osgi.util.promise-",
            "org.osgi.service.component-", "org.apache.felix.scr-", "org.cloister.core-");
    private static final String SHARED = "org.cloister.heap;version=1.0.0,org.cloister.importer;version=1.0.0,"
            + "org.cloister.backend;version=1.0.0,org.slf4j;version=2.0.20";
    private static final Duration STARTED = Duration.ofSeconds(20);

    private final Path storage;
    private final Framework framework;
    private final Heaps heaps;

    private CoreInFelix(Path storage, HeapBackend backend, String name) throws BundleException, IOException {
        this.storage = storage;
        framework = new FrameworkFactory().newFramework(Map.of(
                Constants.FRAMEWORK_STORAGE, storage.toString(),
                Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SHARED));
        framework.start();
        BundleContext context = framework.getBundleContext();
        List<Bundle> bundles = new ArrayList<>();
        for (String bundle : BUNDLES) {
            bundles.add(context.installBundle(jar(bundle).toUri().toString()));
        }
        for (Bundle bundle : bundles) {
            bundle.start();
        }
        context.registerService(HeapBackend.class, backend, null);
        heaps = heaps(context);
        heaps.await(name, STARTED);
    }

    /** Core with one backend that serves so many heaps from memory that nobody can reach. */
    static CoreInFelix start(int heaps) {
        try {
            return new CoreInFelix(Files.createTempDirectory("cloister-bench"), new Numbers(heaps), name(heaps - 1));
        } catch (IOException | BundleException e) {
            throw new IllegalStateException("core does not start: " + e.getMessage(), e);
        }
    }

    /** The name of a heap, counted from 0. */
    static String name(int index) {
        return "bench,heap-" + index;
    }

    /** The service as the framework itself has it. */
    Heaps heaps() {
        return heaps;
    }

    /** Adds a backend that comes before those of a lower ranking; what comes back removes it. */
    Runnable add(HeapBackend backend, int ranking) {
        return framework.getBundleContext().registerService(HeapBackend.class, backend,
                FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, ranking)))::unregister;
    }

    private static Heaps heaps(BundleContext context) {
        ServiceReference<Heaps> reference = context.getServiceReference(Heaps.class);
        if (reference == null) {
            throw new IllegalStateException("core registered no service, see the log");
        }
        return context.getService(reference);
    }

    private static Path jar(String prefix) throws IOException {
        Path here = Path.of(URI.create(CoreInFelix.class.getProtectionDomain().getCodeSource().getLocation().toString()));
        Path folder = here.resolveSibling("lib");
        try (Stream<Path> jars = Files.list(folder)) {
            return jars.filter(jar -> jar.getFileName().toString().startsWith(prefix)).findFirst()
                    .orElseThrow(() -> new IllegalStateException(prefix + "*.jar is not in " + folder));
        }
    }

    @Override
    public void close() {
        try {
            framework.stop();
            framework.waitForStop(0);
            Files.walkFileTree(storage, new Remover());
        } catch (BundleException | IOException e) {
            throw new IllegalStateException("core does not stop: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Serves heaps with addresses. */
    private record Numbers(int heaps) implements HeapBackend {
        private static final long RANGE = 8L << 30;

        @Override
        public String id() {
            return "numbers";
        }

        @Override
        public List<PoolOffer> offers() {
            return IntStream.range(0, heaps).mapToObj(i -> PoolOffer.serve(name(i), UseCase.SECURE_VIDEO)).toList();
        }

        @Override
        public Pool open(PoolOffer offer) {
            return new StaticPool(offer.heap(), 0, RANGE / heaps & -4096, HeapAttributes.builder().build(), PoolMemory.outOfReach());
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
