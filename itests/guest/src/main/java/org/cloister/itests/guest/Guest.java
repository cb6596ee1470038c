// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Heaps;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkUtil;

/** What tests need of the framework they run in. */
final class Guest {
    static final String HEAPS = "/dev/dma_heap/";
    static final String SYSTEM = HEAPS + "system";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Guest() {}

    static BundleContext context() {
        return FrameworkUtil.getBundle(Guest.class).getBundleContext();
    }

    static <T> T service(Class<T> type) {
        return service(context(), type);
    }

    static <T> T service(BundleContext context, Class<T> type) {
        eventually(type + " is there", () -> context.getServiceReference(type) != null);
        return context.getService(context.getServiceReference(type));
    }

    static Heap system() {
        return service(Heaps.class).await("system", PATIENCE);
    }

    static Bundle bundle(String name) {
        for (Bundle bundle : context().getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        throw new AssertionError("no bundle " + name);
    }

    /** A bundle without code, through whose context a test acts as somebody else. */
    static Bundle somebody(String name) throws IOException, BundleException {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        var bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        Bundle bundle = context().installBundle("test:" + name, new ByteArrayInputStream(bytes.toByteArray()));
        bundle.start();
        return bundle;
    }

    static void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("%s within %s", what, PATIENCE).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    static HeapException refused(HeapError error, ThrowingCallable call) {
        var thrown = new HeapException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(HeapException.class, e -> {
            thrown[0] = e;
            assertThat(e.error()).as("%s", e).isEqualTo(error);
            assertThat(e.remedy()).isNotBlank();
        });
        return thrown[0];
    }
}
