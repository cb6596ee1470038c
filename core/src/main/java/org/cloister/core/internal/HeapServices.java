// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.cloister.admin.HeapAdmin;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers what bundles see: {@link Heaps}, {@link Importers}, and one {@link Heap} for each heap, all bundle-scoped.
 *
 * <p>Registering calls listeners, which may do anything, among it causing the next change. So changes are queued, and
 * whoever queues the first one works the queue off: in order, one at a time, without a lock. The end is queued, too.
 */
final class HeapServices {
    private static final Logger LOG = LoggerFactory.getLogger(HeapServices.class);

    /** What may change about a heap that is registered. */
    private record Face(String backend, boolean available, Set<String> aliases) {}

    private final BundleContext context;
    private final Map<String, ServiceRegistration<?>> registrations = new HashMap<>(); // of whoever works the queue
    private final Map<String, Face> published = new HashMap<>(); // likewise
    private boolean closed; // likewise
    private final List<ServiceRegistration<?>> fixed = new ArrayList<>(); // of the component's thread
    private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private Owners owners; // set by register(), before anything is published

    HeapServices(BundleContext context) {
        this.context = context;
    }

    /** Registers the services that do not depend on backends. */
    void register(Core core, Owners all) {
        owners = all;
        fixed.add(context.registerService(Heaps.class, factory(bundle -> owners.of(bundle)), null));
        fixed.add(context.registerService(Importers.class,
                factory(bundle -> new OwnedImporters(core, owners.of(bundle).owner())), null));
        HeapAdmin admin = new Administration(core, all::all);
        fixed.add(context.registerService(HeapAdmin.class, factory(bundle -> admin), null));
    }

    private static <T> ServiceFactory<T> factory(Function<Bundle, T> maker) {
        return new ServiceFactory<>() {
            @Override
            public T getService(Bundle bundle, ServiceRegistration<T> registration) {
                return maker.apply(bundle);
            }

            @Override
            public void ungetService(Bundle bundle, ServiceRegistration<T> registration, T service) {}
        };
    }

    /** The heap is new, or its state changed. */
    void publish(ManagedHeap heap) {
        inTurn(() -> refresh(heap));
    }

    private void inTurn(Runnable change) {
        queue.add(change);
        if (pending.getAndIncrement() == 0) {
            do {
                try {
                    queue.remove().run();
                } catch (RuntimeException e) {
                    LOG.error("a service was not registered, or not changed", e);
                }
            } while (pending.decrementAndGet() > 0);
        }
    }

    private void refresh(ManagedHeap heap) {
        var face = new Face(heap.backend(), heap.state() == HeapState.AVAILABLE, heap.aliases());
        if (closed || face.equals(published.put(heap.name(), face))) {
            return;
        }
        Dictionary<String, ?> properties = properties(heap, face);
        ServiceRegistration<?> registration = registrations.get(heap.name());
        if (registration == null) {
            registrations.put(heap.name(),
                    context.registerService(Heap.class, factory(bundle -> owners.of(bundle).of(heap)), properties));
        } else {
            registration.setProperties(properties);
        }
    }

    private static Dictionary<String, ?> properties(ManagedHeap heap, Face face) {
        var properties = new Hashtable<String, Object>();
        properties.put(Heap.NAME, heap.name());
        properties.put(Heap.USE_CASE, heap.useCase().name());
        properties.put(Heap.RESTRICTED, heap.restricted());
        properties.put(Heap.BACKEND, face.backend());
        properties.put(Heap.AVAILABLE, face.available());
        if (!face.aliases().isEmpty()) {
            properties.put(Heap.ALIASES, face.aliases().stream().sorted().toArray(String[]::new));
        }
        return properties;
    }

    /** Takes everything back and publishes nothing any more. */
    void close() {
        inTurn(() -> {
            closed = true;
            registrations.values().forEach(ServiceRegistration::unregister);
        });
        fixed.forEach(ServiceRegistration::unregister);
    }
}
