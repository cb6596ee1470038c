// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.metrics.internal;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.HeapListener;
import org.cloister.heap.Heaps;
import org.cloister.platform.inspect.BoardView;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Puts the meters into every registry of Micrometer that is a service, and takes them out again. Listens to heaps only
 * while there is a registry; registries are tracked by name, so that Micrometer's classes are not loaded before.
 */
@Component(service = {}, immediate = true, configurationPid = MetricsConfiguration.PID)
@Designate(ocd = MetricsConfiguration.class)
public final class RegistryBinder {
    private static final String REGISTRY = "io.micrometer.core.instrument.MeterRegistry";

    private record Bound(HeapMeters meters, ServiceRegistration<HeapListener> listener) {}

    private final Map<ServiceReference<Object>, Bound> bound = new ConcurrentHashMap<>();
    private final BoardEar ear = new BoardEar(access -> bound.values().forEach(one -> one.meters().blocked(access)));
    private final ServiceTracker<Object, Bound> registries;

    /** Called by Declarative Services. */
    @Activate
    public RegistryBinder(BundleContext context, @Reference Heaps heaps, @Reference HeapAdmin admin,
            MetricsConfiguration configuration) {
        registries = new ServiceTracker<>(context, REGISTRY, null) {
            @Override
            public Bound addingService(ServiceReference<Object> reference) {
                HeapMeters meters = new HeapMeters((MeterRegistry) context.getService(reference), heaps, admin,
                        configuration.labels(), Duration.ofMillis(configuration.reading_ms()), System::nanoTime);
                Bound one = new Bound(meters, context.registerService(HeapListener.class, meters, null));
                bound.put(reference, one);
                return one;
            }

            @Override
            public void removedService(ServiceReference<Object> reference, Bound one) {
                bound.remove(reference);
                one.listener().unregister();
                one.meters().close();
                context.ungetService(reference);
            }
        };
        registries.open();
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void setBoard(BoardView board) {
        ear.hear(Optional.of(board));
    }

    void unsetBoard(BoardView board) {
        ear.forget(board);
    }

    @Deactivate
    void stop() {
        ear.hear(Optional.empty());
        registries.close();
    }
}
