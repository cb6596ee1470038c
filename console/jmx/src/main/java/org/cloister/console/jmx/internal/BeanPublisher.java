// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import javax.management.ObjectName;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heap;
import org.cloister.heap.Heaps;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.util.tracker.ServiceTracker;

/** Has a bean for each heap that is there, and one for all of them, in the JVM's server for managed beans. */
@Component(service = {}, immediate = true, configurationPid = JmxConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = JmxConfiguration.class)
public final class BeanPublisher {
    private final Beans beans;
    private final ServiceTracker<Heap, ObjectName> heaps;

    /** Called by Declarative Services. */
    @Activate
    public BeanPublisher(BundleContext context, @Reference Heaps known, @Reference HeapAdmin admin,
            @Reference Generations generations, JmxConfiguration configuration) {
        beans = new Beans(ManagementFactory.getPlatformMBeanServer());
        long oldestNanos = TimeUnit.MILLISECONDS.toNanos(configuration.reading_ms());
        Explainer explainer = new Explainer(known);
        beans.add(Beans.core(), new CoreBean(known, admin, explainer), CoreMXBean.class);
        heaps = new ServiceTracker<>(context, Heap.class, null) {
            @Override
            public ObjectName addingService(ServiceReference<Heap> reference) {
                Heap heap = context.getService(reference);
                if (heap == null) { // gone meanwhile
                    return null;
                }
                ObjectName name = Beans.heap(heap.name());
                beans.add(name, new HeapBean(heap, generations::of, explainer, oldestNanos,
                        System::nanoTime), HeapMXBean.class);
                return name;
            }

            @Override
            public void removedService(ServiceReference<Heap> reference, ObjectName name) {
                beans.remove(name);
                context.ungetService(reference);
            }
        };
        heaps.open();
    }

    @Deactivate
    void stop() {
        heaps.close();
        beans.close();
    }
}
