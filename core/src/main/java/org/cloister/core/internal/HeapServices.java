// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapState;
import org.cloister.heap.Heaps;
import org.cloister.importer.Importers;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/**
 * Registers what bundles see: {@link Heaps}, {@link Importers}, and one {@link Heap} for each heap, all bundle-scoped.
 *
 * <p>Registering calls listeners, which may do anything, among it causing the next change. So changes are queued, and
 * whoever queues the first one works the queue off: in order, one at a time, without a lock.
 */
final class HeapServices {
    private final BundleContext context;
    private final Map<String, ServiceRegistration<?>> registrations = new HashMap<>(); // of whoever works the queue
    private final Map<String, Dictionary<String, ?>> published = new HashMap<>(); // likewise
    private final List<ServiceRegistration<?>> fixed = new ArrayList<>(); // of the component's thread
    private final Queue<ManagedHeap> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private Owners owners; // set by register(), before anything is published
    private volatile boolean closed;

    HeapServices(BundleContext context) {
        this.context = context;
    }

    /** Registers the services that do not depend on backends. */
    void register(Core core, Owners all) {
        owners = all;
        fixed.add(context.registerService(Heaps.class, factory(bundle -> owners.of(bundle)), null));
        fixed.add(context.registerService(Importers.class,
                factory(bundle -> new OwnedImporters(core, owners.of(bundle).owner())), null));
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
        queue.add(heap);
        if (pending.getAndIncrement() == 0) {
            do {
                ManagedHeap next = queue.remove();
                if (!closed) {
                    refresh(next);
                }
            } while (pending.decrementAndGet() > 0);
        }
    }

    private void refresh(ManagedHeap heap) {
        Dictionary<String, ?> properties = properties(heap);
        ServiceRegistration<?> registration = registrations.get(heap.name());
        if (registration == null) {
            published.put(heap.name(), properties);
            registrations.put(heap.name(),
                    context.registerService(Heap.class, factory(bundle -> owners.of(bundle).of(heap)), properties));
        } else if (!published.get(heap.name()).equals(properties)) {
            published.put(heap.name(), properties);
            registration.setProperties(properties);
        }
    }

    private static Dictionary<String, ?> properties(ManagedHeap heap) {
        var properties = new Hashtable<String, Object>();
        properties.put(Heap.NAME, heap.name());
        properties.put(Heap.USE_CASE, heap.useCase().name());
        properties.put(Heap.RESTRICTED, heap.restricted());
        properties.put(Heap.BACKEND, heap.backend());
        properties.put(Heap.AVAILABLE, heap.state() == HeapState.AVAILABLE);
        if (!heap.aliases().isEmpty()) {
            properties.put(Heap.ALIASES, heap.aliases().stream().sorted().toArray(String[]::new));
        }
        return properties;
    }

    /** Takes everything back and publishes nothing any more. */
    void close() {
        closed = true;
        while (!pending.compareAndSet(0, 1)) {
            Thread.onSpinWait(); // somebody works the queue off, quickly now
        }
        registrations.values().forEach(ServiceRegistration::unregister);
        fixed.forEach(ServiceRegistration::unregister);
    }
}
