// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Heaps;
import org.cloister.platform.device.DisplayController;
import org.cloister.platform.device.VideoDecoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Promise 11: a bundle that was updated or uninstalled while it was in use leaves nothing behind that keeps its classes.
 * Bundles whose packages this bundle imports are not among them: a refresh would restart the tests.
 *
 * <p>Soft references do not count, because they go when memory is short: the JDK's method handles remember softly the
 * last class that a record's {@code equals} was linked for. The framework of these tests runs in a JVM that clears
 * soft references at each full collection.
 */
class NothingLeftTest {
    @BeforeEach
    void useWhatIsThere() throws Exception {
        Boards.on("jacinto");
        use();
    }

    @AfterEach
    void switchOff() throws Exception {
        Boards.off();
    }

    /** Core, backend and devices at work, and no reference to them left. */
    private static void use() {
        Framework.service(VideoDecoder.class, null);
        Framework.service(DisplayController.class, null);
        Framework.service(FrameworkUtil.getBundle(NothingLeftTest.class), Heaps.class)
                .await("protected,secure-video", Framework.PATIENCE).allocate(4096).close();
    }

    private static WeakReference<ClassLoader> loader(Bundle bundle) {
        return new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
    }

    private static void assertCollected(String what, WeakReference<?> reference) {
        Framework.eventually(what + " is collected", () -> {
            System.gc();
            return reference.refersTo(null);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.cloister.backend.amdtee", "org.cloister.backend.carveout", "org.cloister.backend.mtk",
            "org.cloister.backend.optee", "org.cloister.emulator.devices", "org.cloister.emulator.mtk",
            "org.cloister.emulator.optee", "org.cloister.emulator.psp", "org.cloister.player", "org.cloister.core"})
    void anUpdatedBundleGoes(String name) throws Exception {
        Bundle bundle = Framework.bundle(name);
        WeakReference<ClassLoader> before = loader(bundle);
        try (InputStream jar = URI.create(bundle.getLocation().replaceFirst("^reference:", "")).toURL().openStream()) {
            bundle.update(jar);
        }
        Framework.refresh(bundle);
        Framework.eventually(name + " runs again", () -> bundle.getState() == Bundle.ACTIVE);
        assertCollected("the class loader of the previous " + name, before);
        use();
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.cloister.backend.amdtee", "org.cloister.backend.carveout", "org.cloister.backend.mtk",
            "org.cloister.backend.optee", "org.cloister.emulator.devices", "org.cloister.emulator.mtk",
            "org.cloister.emulator.optee", "org.cloister.emulator.psp", "org.cloister.player", "org.cloister.core"})
    void anUninstalledBundleGoes(String name) throws Exception {
        Bundle bundle = Framework.bundle(name);
        String location = bundle.getLocation();
        WeakReference<ClassLoader> before = loader(bundle);
        List<Bundle> running = Stream.of(Framework.context().getBundles())
                .filter(b -> b != bundle && b.getState() == Bundle.ACTIVE).toList();
        bundle.uninstall();
        Framework.refresh(bundle);
        try {
            assertCollected("the class loader of " + name, before);
        } finally {
            Framework.context().installBundle(location).start();
            for (Bundle other : running) { // what needs the bundle could not be resolved again by the refresh
                other.start();
            }
        }
        Framework.eventually(name + " runs again", () -> Framework.bundle(name).getState() == Bundle.ACTIVE);
        use();
    }

    @Test
    void aBoardThatIsSwitchedOffGoes() throws Exception {
        WeakReference<Soc> soc = new WeakReference<>(Framework.service(Soc.class, null));
        switchOff();
        assertCollected("the board", soc);
    }
}
