// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Promise 11: a bundle that was updated or uninstalled leaves nothing behind that keeps its classes. Bundles whose
 * packages this bundle imports are not among them: a refresh would restart the tests.
 */
class NothingLeftTest {
    private static WeakReference<ClassLoader> loader(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    private static void assertCollected(String what, WeakReference<ClassLoader> loader) {
        Framework.eventually("the class loader of " + what + " is collected", () -> {
            System.gc();
            return loader.refersTo(null);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.cloister.backend.carveout", "org.cloister.emulator.devices", "org.cloister.player"})
    void anUpdatedBundleGoes(String name) throws Exception {
        Bundle bundle = Framework.bundle(name);
        WeakReference<ClassLoader> before = loader(bundle);
        try (InputStream jar = URI.create(bundle.getLocation().replaceFirst("^reference:", "")).toURL().openStream()) {
            bundle.update(jar);
        }
        Framework.refresh(bundle);
        Framework.eventually(name + " runs again", () -> bundle.getState() == Bundle.ACTIVE);
        assertThat(bundle.adapt(BundleWiring.class).getClassLoader()).isNotNull();
        assertCollected("the previous " + name, before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.cloister.backend.carveout", "org.cloister.player"})
    void anUninstalledBundleGoes(String name) throws Exception {
        Bundle bundle = Framework.bundle(name);
        String location = bundle.getLocation();
        WeakReference<ClassLoader> before = loader(bundle);
        bundle.uninstall();
        Framework.refresh(bundle);
        try {
            assertCollected(name, before);
        } finally {
            Framework.context().installBundle(location).start();
        }
        Framework.eventually(name + " runs again", () -> Framework.bundle(name).getState() == Bundle.ACTIVE);
    }
}
