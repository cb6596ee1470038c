// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.health.internal;

import java.util.Dictionary;
import java.util.Hashtable;
import org.cloister.heap.Heap;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.condition.Condition;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Says that a heap is there, to those who do not use it and only wait for it: while a heap is available, a
 * {@link Condition} with the id {@code cloister.heap.NAME} is registered, which a component names as its satisfying
 * condition.
 */
@Component(service = {}, immediate = true)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.osgi.service.condition.Condition")
public final class HeapConditions {
    private static final String PREFIX = "cloister.heap.";

    private final ServiceTracker<Heap, ServiceRegistration<Condition>> heaps;

    /** Called by Declarative Services. */
    @Activate
    public HeapConditions(BundleContext context) throws InvalidSyntaxException {
        heaps = new ServiceTracker<>(context, context.createFilter(
                "(&(objectClass=" + Heap.class.getName() + ")(" + Heap.AVAILABLE + "=true))"), null) {
            @Override
            public ServiceRegistration<Condition> addingService(ServiceReference<Heap> heap) {
                Dictionary<String, Object> properties = new Hashtable<>();
                properties.put(Condition.CONDITION_ID, PREFIX + heap.getProperty(Heap.NAME));
                return context.registerService(Condition.class, Condition.INSTANCE, properties);
            }

            @Override
            public void removedService(ServiceReference<Heap> heap, ServiceRegistration<Condition> condition) {
                condition.unregister();
            }
        };
        heaps.open();
    }

    @Deactivate
    void stop() {
        heaps.close();
    }
}
