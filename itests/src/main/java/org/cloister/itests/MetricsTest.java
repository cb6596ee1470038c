// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.console.web.WebPage;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.cm.Configuration;

/** Metrics of a real core, scraped over HTTP, and in a registry of somebody else. */
class MetricsTest {
    private static final String METRICS = "org.cloister.console.metrics";
    private static final UseCase USE_CASE = new UseCase(1777, "test-metrics");
    private static final String HEAP = USE_CASE.heapName();
    private static final String LABEL = "{heap=\"" + HEAP + "\"} ";

    private final Bundle self = FrameworkUtil.getBundle(getClass());
    private final List<ServiceRegistration<?>> registered = new ArrayList<>();
    private Configuration page;
    private WebPage served;
    private Heap heap;

    @BeforeEach
    void serve() throws Exception {
        page = Framework.configuration("org.cloister.console.web");
        page.update(Framework.properties(Map.of("port", 0)));
        served = Framework.service(WebPage.class, null);
        Framework.eventually("there are metrics", () -> status() == HttpURLConnection.HTTP_OK);
        register(HeapBackend.class, new CountingBackend("metered", PoolOffer.serve(USE_CASE)), 0);
        heap = Framework.service(self, Heaps.class).find(HEAP).orElseThrow();
    }

    @AfterEach
    void takeBack() throws Exception {
        registered.forEach(ServiceRegistration::unregister);
        Framework.remove(page);
        Framework.eventually("the page is gone", () -> Framework.context().getServiceReference(WebPage.class) == null);
    }

    private <T> ServiceRegistration<T> register(Class<T> type, T service, int ranking) {
        ServiceRegistration<T> registration = Framework.context().registerService(type, service,
                Framework.properties(Map.of(Constants.SERVICE_RANKING, ranking)));
        registered.add(registration);
        return registration;
    }

    private HttpURLConnection connect() throws IOException {
        var connection = (HttpURLConnection) served.address().resolve("metrics").toURL().openConnection();
        connection.setReadTimeout((int) Framework.PATIENCE.toMillis());
        return connection;
    }

    private int status() {
        try {
            return connect().getResponseCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private List<String> scrape() {
        try (InputStream in = connect().getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aScrapeTellsWhatHappenedExactly() {
        String own = "{bundle=\"" + self.getSymbolicName() + "\",heap=\"" + HEAP + "\"} ";
        heap.allocate(4096).close();
        try (DmaBuf _ = heap.allocate(8192); DmaBuf _ = heap.allocate(5000)) {
            assertThat(scrape()).contains(
                    "cloister_heap_available" + LABEL + "1.0",
                    "cloister_heap_capacity_bytes" + LABEL + "1048576.0",
                    "cloister_heap_used_bytes" + LABEL + "16384.0",
                    "cloister_heap_free_bytes" + LABEL + "1032192.0",
                    "cloister_heap_buffers" + LABEL + "2.0",
                    "cloister_heap_served{backend=\"metered\",heap=\"" + HEAP + "\"} 1.0",
                    "cloister_bundle_used_bytes{bundle=\"" + self.getSymbolicName() + "\"} 16384.0",
                    "cloister_allocations_total" + own + "3.0",
                    "cloister_allocated_bytes_total" + own + "20480.0",
                    "cloister_frees_total" + LABEL + "1.0",
                    "cloister_freed_bytes_total" + LABEL + "4096.0");
        }
        assertThat(scrape()).contains("cloister_heap_used_bytes" + LABEL + "0.0", "cloister_frees_total" + LABEL + "3.0",
                "cloister_bundle_used_bytes{bundle=\"" + self.getSymbolicName() + "\"} 0.0");
    }

    @Test
    void aSwapAndADrainAreSeen() {
        try (DmaBuf _ = heap.allocate(1)) {
            ServiceRegistration<?> better = register(HeapBackend.class,
                    new CountingBackend("better", PoolOffer.serve(USE_CASE)), 10);
            assertThat(scrape()).contains("cloister_swaps_total" + LABEL + "1.0",
                    "cloister_heap_draining_buffers" + LABEL + "1.0",
                    "cloister_drains_total{backend=\"metered\",heap=\"" + HEAP + "\"} 1.0",
                    "cloister_heap_served{backend=\"metered\",heap=\"" + HEAP + "\"} 0.0",
                    "cloister_heap_served{backend=\"better\",heap=\"" + HEAP + "\"} 1.0");
            registered.remove(better);
            better.unregister();
        }
    }

    @Test
    void aBundleThatLeavesBuffersOpenIsNamed() throws Exception {
        Bundle careless = Framework.emptyBundle("org.cloister.itests.careless");
        Framework.service(careless, Heaps.class).find(HEAP).orElseThrow().allocate(4096);
        careless.uninstall();
        Framework.eventually("the leak is counted", () -> scrape().contains(
                "cloister_leaks_total{bundle=\"org.cloister.itests.careless\",heap=\"" + HEAP + "\"} 1.0"));
    }

    @Test
    void aRegistryOfSomebodyElseGetsTheMetersAndLosesThem() throws Exception {
        var registry = new SimpleMeterRegistry();
        ServiceRegistration<MeterRegistry> registration = register(MeterRegistry.class, registry, 0);
        heap.allocate(4096).close();
        assertThat(registry.get("cloister.allocations").tags("heap", HEAP).counter().count()).isOne();
        assertThat(registry.get("cloister.heap.capacity").tags("heap", HEAP).gauge().value()).isEqualTo(1 << 20);
        registered.remove(registration);
        registration.unregister();
        assertThat(registry.getMeters()).isEmpty();
    }

    /** Promise 11, with meters in use when the bundle is updated. */
    @Test
    void theBundleLeavesNothingBehind() throws Exception {
        var registry = new SimpleMeterRegistry();
        register(MeterRegistry.class, registry, 0);
        Bundle bundle = Framework.bundle(METRICS);
        var before = new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        heap.allocate(4096).close();
        scrape();
        bundle.stop();
        assertThat(registry.getMeters()).isEmpty();
        assertThat(status()).isEqualTo(HttpURLConnection.HTTP_NOT_FOUND);
        bundle.update();
        Framework.refresh(bundle);
        Framework.eventually("the class loader is collected", () -> {
            System.gc();
            return before.refersTo(null);
        });
        bundle.start();
        Framework.eventually("there are metrics again", () -> status() == HttpURLConnection.HTTP_OK);
        assertThat(registry.get("cloister.heap.capacity").tags("heap", HEAP).gauge().value()).isEqualTo(1 << 20);
    }
}
