// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.util.Dictionary;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A service that gives each bundle an object of its own, and closes what the bundle opened through it when it lets go or
 * stops, or when this is closed. Safe for use by any thread.
 *
 * @param <T> the service
 */
final class OwnedServices<T> implements ServiceFactory<T>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedServices.class);

    private final Class<T> type;
    private final Supplier<? extends AutoCloseable> maker;
    private final Set<T> given = ConcurrentHashMap.newKeySet();
    private final ServiceRegistration<T> registration;

    /**
     * Registers the service.
     *
     * @param maker makes objects that implement {@code type}; closing one closes what was opened through it
     */
    OwnedServices(BundleContext context, Class<T> type, Dictionary<String, Object> properties,
            Supplier<? extends AutoCloseable> maker) {
        this.type = type;
        this.maker = maker;
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
                LOG.error("what was opened through {} does not close", service, e);
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
