// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.cloister.backend.HeapBackend;
import org.cloister.heap.Heaps;
import org.cloister.tck.FaultInjector;
import org.cloister.tck.MemoryObserver;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** What the suite has at hand: the framework, core, and what a tester supplied. Safe for use by any thread. */
public final class Laboratory {
    /** The configuration of core. */
    private static final String CORE = "org.cloister.core";
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL = TimeUnit.MILLISECONDS.toNanos(2);

    private final BundleContext context;
    private final ConfigurationAdmin configurations;

    /** Takes what it needs. */
    public Laboratory(BundleContext context, ConfigurationAdmin configurations) {
        this.context = context;
        this.configurations = configurations;
    }

    /** {@return the context of the suite's own bundle} */
    public BundleContext context() {
        return context;
    }

    /** {@return who sees memory from outside} */
    public Optional<MemoryObserver> observer() {
        return Optional.ofNullable(context.getServiceReference(MemoryObserver.class)).map(context::getService);
    }

    /** {@return who makes firmware refuse} */
    public Optional<FaultInjector> faults() {
        return Optional.ofNullable(context.getServiceReference(FaultInjector.class)).map(context::getService);
    }

    /** {@return the heaps, as the suite's own bundle sees them} */
    public Heaps heaps() {
        return service(context, Heaps.class);
    }

    /** {@return a service as a bundle sees it; waits for it} */
    public static <T> T service(BundleContext context, Class<T> type) {
        return await("a service " + type.getName(),
                () -> Optional.ofNullable(context.getServiceReference(type)).map(context::getService));
    }

    /** {@return the services of a bundle's backends, the oldest first} */
    public List<ServiceReference<HeapBackend>> backends(Bundle bundle) {
        try {
            return context.getServiceReferences(HeapBackend.class, null).stream()
                    .filter(reference -> bundle.equals(reference.getBundle())).sorted(Collections.reverseOrder())
                    .toList();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@return the bundle that registers {@link Heaps}} */
    public Bundle core() {
        return await("core", () -> Optional.ofNullable(context.getServiceReference(Heaps.class))
                .map(ServiceReference::getBundle));
    }

    /** Starts a bundle that was stopped. */
    public static void start(Bundle bundle) {
        try {
            bundle.start(Bundle.START_TRANSIENT);
        } catch (BundleException e) {
            throw Expect.fail("%s does not start: %s", bundle.getSymbolicName(), e.getMessage());
        }
    }

    /** Stops a bundle; whether it is started with the framework does not change. */
    public static void stop(Bundle bundle) {
        try {
            bundle.stop(Bundle.STOP_TRANSIENT);
        } catch (BundleException e) {
            throw Expect.fail("%s does not stop in order: %s", bundle.getSymbolicName(), e.getMessage());
        }
    }

    /** Changes the configuration of core until the answer is closed. */
    public CoreChange changeCore(Map<String, ?> properties) {
        try {
            Configuration configuration = configurations.getConfiguration(CORE, "?");
            Optional<Dictionary<String, Object>> before = Optional.ofNullable(configuration.getProperties());
            Dictionary<String, Object> after = new Hashtable<>();
            before.ifPresent(old -> Collections.list(old.keys()).forEach(key -> after.put(key, old.get(key))));
            properties.forEach(after::put);
            configuration.update(after);
            return () -> {
                try {
                    if (before.isPresent()) {
                        configuration.update(before.get());
                    } else {
                        configuration.delete();
                    }
                } catch (IOException e) {
                    throw new IllegalStateException("the configuration of core cannot be restored", e);
                }
            };
        } catch (IOException e) {
            throw new IllegalStateException("core cannot be configured", e);
        }
    }

    /** Takes back a change of core's configuration. */
    @FunctionalInterface
    public interface CoreChange extends AutoCloseable {
        @Override
        void close();
    }

    /** {@return the attributes of the capabilities that a bundle declares for its backends} */
    public static List<Map<String, Object>> declared(Bundle bundle) {
        return bundle.adapt(BundleRevision.class)
                .getDeclaredCapabilities(HeapBackend.NAMESPACE).stream()
                .map(capability -> capability.getAttributes()).toList();
    }

    /** Waits until something is there. */
    public static <T> T await(String what, Supplier<Optional<T>> source) {
        long end = System.nanoTime() + PATIENCE;
        while (true) {
            Optional<T> found = source.get();
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() - end > 0) {
                throw Expect.fail("%s was not there within %d s", what, TimeUnit.NANOSECONDS.toSeconds(PATIENCE));
            }
            LockSupport.parkNanos(POLL);
        }
    }

    /** Waits until a condition holds; fails with {@code otherwise} when it does not. */
    public static void eventually(String otherwise, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE;
        while (!condition.getAsBoolean()) {
            Expect.that(System.nanoTime() - end <= 0, "%s, for %d s", otherwise,
                    TimeUnit.NANOSECONDS.toSeconds(PATIENCE));
            LockSupport.parkNanos(POLL);
        }
    }

    /** {@return the bundle of that symbolic name} */
    public Optional<Bundle> bundle(String symbolicName) {
        return Arrays.stream(context.getBundles()).filter(b -> symbolicName.equals(b.getSymbolicName())).findFirst();
    }
}
