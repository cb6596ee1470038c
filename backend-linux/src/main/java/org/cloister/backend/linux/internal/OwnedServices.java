// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/**
 * Gives each bundle an object of its own, and closes what the bundle opened through it when it lets go or stops.
 *
 * @param <T> the service
 */
final class OwnedServices<T> implements ServiceFactory<T> {
    private final Class<T> type;
    private final Supplier<? extends AutoCloseable> maker;

    /**
     * Makes a factory.
     *
     * @param maker makes objects that implement {@code type}; closing one closes what was opened through it
     */
    OwnedServices(Class<T> type, Supplier<? extends AutoCloseable> maker) {
        this.type = type;
        this.maker = maker;
    }

    @Override
    public T getService(Bundle bundle, ServiceRegistration<T> registration) {
        return type.cast(maker.get());
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<T> registration, T service) {
        try {
            ((AutoCloseable) service).close();
        } catch (Exception e) {
            throw new IllegalStateException("what bundle " + bundle + " opened does not close", e);
        }
    }
}
