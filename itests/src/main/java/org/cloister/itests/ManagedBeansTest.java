// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
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

/** Managed beans of a real core, in the server of this JVM. */
class ManagedBeansTest {
    private static final String BUNDLE = "org.cloister.console.jmx";
    private static final String HEAP = new UseCase(1778, "test-beans").heapName();
    private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

    private final Bundle self = FrameworkUtil.getBundle(getClass());
    private final List<ServiceRegistration<?>> registered = new ArrayList<>();
    private ObjectName core;
    private ObjectName bean;
    private Configuration configuration;
    private Heap heap;

    @BeforeEach
    void register() throws Exception {
        core = new ObjectName("org.cloister:type=Core");
        bean = new ObjectName("org.cloister:type=Heap,name=" + ObjectName.quote(HEAP));
        assertThat(own()).as("beans without the configuration").isEmpty();
        configuration = Framework.configuration(BUNDLE);
        configuration.update(Framework.properties(Map.of("reading.ms", 0)));
        Framework.eventually("there is a bean", () -> SERVER.isRegistered(core));
        serve("beans", 0);
        heap = Framework.service(self, Heaps.class).find(HEAP).orElseThrow();
        Framework.eventually("the heap has a bean", () -> SERVER.isRegistered(bean));
    }

    @AfterEach
    void takeBack() throws Exception {
        registered.forEach(ServiceRegistration::unregister);
        Framework.remove(configuration);
        Framework.eventually("the beans are gone", () -> own().isEmpty());
    }

    private List<ObjectName> own() {
        try {
            return List.copyOf(SERVER.queryNames(new ObjectName("org.cloister:*"), null));
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }

    private ServiceRegistration<?> serve(String backend, int ranking) {
        ServiceRegistration<?> registration = Framework.context().registerService(HeapBackend.class,
                new CountingBackend(backend, PoolOffer.serve(new UseCase(1778, "test-beans"))),
                Framework.properties(Map.of(Constants.SERVICE_RANKING, ranking)));
        registered.add(registration);
        return registration;
    }

    private Object told(String attribute) {
        try {
            return SERVER.getAttribute(bean, attribute);
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aBeanFollowsItsHeap() {
        long generation = (Long) told("Generation");
        try (DmaBuf _ = heap.allocate(8192)) {
            assertThat(told("UsedBytes")).isEqualTo(8192L);
            assertThat(told("Buffers")).isEqualTo(1L);
            assertThat(told("Backend")).isEqualTo("beans");
            ServiceRegistration<?> better = serve("better", 10);
            assertThat(told("Backend")).isEqualTo("better");
            assertThat(told("Generation")).isEqualTo(generation + 1);
            assertThat(told("DrainingBuffers")).isEqualTo(1L);
            assertThat(told("UsedBytes")).isEqualTo(0L);
            registered.remove(better);
            better.unregister();
        }
        assertThat(told("Buffers")).isEqualTo(0L);
    }

    /** As with serve, which configures beans when the board is on. */
    @Test
    void theGenerationOfBeforeTheBeansIsKnown() throws Exception {
        long generation = (Long) told("Generation");
        configuration.delete();
        Framework.eventually("the beans are gone", () -> own().isEmpty());
        serve("better", 10);
        configuration = Framework.configuration(BUNDLE);
        configuration.update(Framework.properties(Map.of("reading.ms", 0)));
        Framework.eventually("the heap has a bean", () -> SERVER.isRegistered(bean));
        assertThat(told("Generation")).isEqualTo(generation + 1);
    }

    @Test
    void aHeapThatNobodyServesSaysWhy() throws Exception {
        registered.removeFirst().unregister();
        Framework.eventually("nobody serves it", () -> told("State").equals("UNAVAILABLE"));
        assertThat(told("Backend")).isEqualTo("");
        assertThat((String[]) SERVER.invoke(bean, "explain", null, null)).isNotEmpty()
                .anyMatch(reason -> reason.contains("beans"));
    }

    /** Promise 11, with beans that were read. */
    @Test
    void theBundleLeavesNothingBehind() throws Exception {
        Bundle bundle = Framework.bundle(BUNDLE);
        var before = new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        SERVER.getMBeanInfo(bean);
        told("FreeBytes");
        SERVER.getAttribute(core, "BufferBytes");
        bundle.stop();
        assertThat(own()).isEmpty();
        bundle.update();
        Framework.refresh(bundle);
        Framework.eventually("the class loader is collected", () -> {
            System.gc();
            return before.refersTo(null);
        });
        bundle.start();
        Framework.eventually("there are beans again", () -> SERVER.isRegistered(bean));
        assertThat(told("CapacityBytes")).isEqualTo(1L << 20);
        assertThat(told("Generation")).as("what nobody told of since").isNull();
    }
}
