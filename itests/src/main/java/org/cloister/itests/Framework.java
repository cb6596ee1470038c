// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationListener;

/** What tests need of the framework they run in. */
final class Framework {
    /** For all that is waited for: long, as nothing here has to be quick, and machines may be slow and busy. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private Framework() {}

    static BundleContext context() {
        return FrameworkUtil.getBundle(Framework.class).getBundleContext();
    }

    static Bundle bundle(String name) {
        return Arrays.stream(context().getBundles()).filter(b -> name.equals(b.getSymbolicName())).findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name));
    }

    /** A bundle without code, through whose context a test acts as somebody else. */
    static Bundle emptyBundle(String name) throws IOException, BundleException {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", "1.0.0");
        var bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        Bundle bundle = context().installBundle("test:" + name, new ByteArrayInputStream(bytes.toByteArray()));
        bundle.start();
        return bundle;
    }

    /** The service as {@code bundle} gets it. */
    static <T> T service(Bundle bundle, Class<T> type) {
        BundleContext context = bundle.getBundleContext();
        return context.getService(await(() -> context.getServiceReference(type)));
    }

    static <T> T service(Class<T> type, String filter) {
        return context().getService(reference(type, filter));
    }

    /** The service of a type whose package the tests do not import, so that its bundle can be taken away. */
    static ServiceReference<?> reference(String type, String filter) {
        return await(() -> {
            try {
                return Optional.ofNullable(context().getAllServiceReferences(type, filter)).map(found -> found[0])
                        .orElse(null);
            } catch (InvalidSyntaxException e) {
                throw new AssertionError(e);
            }
        });
    }

    static <T> ServiceReference<T> reference(Class<T> type, String filter) {
        return await(() -> {
            try {
                return context().getServiceReferences(type, filter).stream().findFirst().orElse(null);
            } catch (InvalidSyntaxException e) {
                throw new AssertionError(e);
            }
        });
    }

    static Configuration configuration(String pid) throws IOException {
        return service(ConfigurationAdmin.class, null).getConfiguration(pid, "?");
    }

    /**
     * Removes a configuration, and waits until all components have heard of it. Were it made anew before Declarative
     * Services hear that it was deleted, they would take the new one for the old one, both being of the same revision, and
     * keep what they had.
     */
    static void remove(Configuration configuration) throws IOException {
        configuration.delete();
        awaitConfigured();
    }

    /** Waits until all components have heard of all changes of configurations so far. */
    static void awaitConfigured() throws IOException {
        String marker = "org.cloister.itests.marker"; // changes are told one after the other
        var heard = new CountDownLatch(1);
        ConfigurationListener listener = event -> {
            if (event.getPid().equals(marker)) {
                heard.countDown();
            }
        };
        ServiceRegistration<ConfigurationListener> registration =
                context().registerService(ConfigurationListener.class, listener, null);
        try {
            configuration(marker).update(properties(Map.of("nanos", System.nanoTime())));
            eventually("the marker behind all changes was told", () -> heard.getCount() == 0);
        } finally {
            registration.unregister();
        }
    }

    static Dictionary<String, Object> properties(Map<String, ?> values) {
        return new Hashtable<>(values);
    }

    /** Waits until {@code source} gives something. */
    static <T> T await(Supplier<T> source) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            T found = source.get();
            if (found != null) {
                return found;
            }
            assertThat(System.nanoTime()).as("nothing came within %s", PATIENCE).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Waits until {@code condition} holds. */
    static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s within %s", what, PATIENCE).isLessThan(end);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Refreshes bundles and waits until that is done. */
    static void refresh(Bundle... bundles) throws InterruptedException {
        var done = new CountDownLatch(1);
        context().getBundle(0).adapt(FrameworkWiring.class).refreshBundles(List.of(bundles), e -> done.countDown());
        assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
