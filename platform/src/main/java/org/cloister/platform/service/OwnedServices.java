// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.service;

import java.util.Dictionary;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/**
 * A service that gives each bundle an object of its own, and closes what the bundle opened through it when it lets go or
 * stops, or when this is closed. Safe for use by any thread.
 *
 * @param <T> the service
 */
@ProviderType
public final class OwnedServices<T> implements ServiceFactory<T>, AutoCloseable {
    private final Class<T> type;
    private final Supplier<? extends AutoCloseable> maker;
    private final BiConsumer<? super T, ? super Exception> unclosed;
    private final Set<T> given = ConcurrentHashMap.newKeySet();
    private final ServiceRegistration<T> registration;

    /**
     * Registers the service.
     *
     * @param context of the bundle that provides it
     * @param type under which it is registered
     * @param properties of the service
     * @param maker makes objects that implement {@code type}; closing one closes what was opened through it
     * @param unclosed told of an object that did not close, and why
     */
    public OwnedServices(BundleContext context, Class<T> type, Dictionary<String, ?> properties,
            Supplier<? extends AutoCloseable> maker, BiConsumer<? super T, ? super Exception> unclosed) {
        this.type = type;
        this.maker = maker;
        this.unclosed = unclosed;
        this.registration = context.registerService(type, this, properties);
    }

    @Override
    public T getService(Bundle bundle, ServiceRegistration<T> asked) {
        T service = type.cast(maker.get());
        given.add(service);
        return service;
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<T> asked, T service) {
        end(service);
    }

    private void end(T service) {
        if (given.remove(service)) {
            try {
                ((AutoCloseable) service).close();
            } catch (Exception e) {
                unclosed.accept(service, e);
            }
        }
    }

    /** Unregisters. A framework may forget to give back what a bundle obtained several times, so that all is closed. */
    @Override
    public void close() {
        registration.unregister();
        given.forEach(this::end);
    }
}
