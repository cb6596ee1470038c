// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;

/** As much of a framework as core uses; everything else is refused. */
final class FakeFramework {
    /** A service that somebody registered. */
    static final class Service {
        final Class<?> type;
        final ServiceFactory<Object> factory;
        volatile Map<String, Object> properties;
        volatile boolean registered = true;

        Service(Class<?> type, ServiceFactory<Object> factory, Map<String, Object> properties) {
            this.type = type;
            this.factory = factory;
            this.properties = properties;
        }
    }

    final List<Service> services = new CopyOnWriteArrayList<>();
    final List<String> log = new CopyOnWriteArrayList<>();
    volatile Consumer<Service> onRegister = service -> {};
    private final List<SynchronousBundleListener> listeners = new CopyOnWriteArrayList<>();

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FakeFramework.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    BundleContext context() {
        return proxy(BundleContext.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "registerService" -> register((Class<?>) arguments[0], arguments[1], (Dictionary<?, ?>) arguments[2]);
            case "addBundleListener" -> listeners.add((SynchronousBundleListener) arguments[0]) ? null : null;
            case "removeBundleListener" -> listeners.remove(arguments[0]) ? null : null;
            default -> throw new UnsupportedOperationException(method.toString());
        });
    }

    private static Map<String, Object> map(Dictionary<?, ?> properties) {
        var map = new HashMap<String, Object>();
        if (properties != null) {
            Collections.list(properties.keys()).forEach(key -> map.put((String) key, properties.get(key)));
        }
        return map;
    }

    @SuppressWarnings("unchecked") // core registers factories only
    private ServiceRegistration<?> register(Class<?> type, Object factory, Dictionary<?, ?> properties) {
        var service = new Service(type, (ServiceFactory<Object>) factory, map(properties));
        services.add(service);
        onRegister.accept(service);
        return proxy(ServiceRegistration.class, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "setProperties" -> {
                    log.add("modified " + type.getSimpleName());
                    service.properties = map((Dictionary<?, ?>) arguments[0]);
                }
                case "unregister" -> service.registered = false;
                default -> throw new UnsupportedOperationException(method.toString());
            }
            return null;
        });
    }

    static Bundle bundle(long id, String name) {
        return proxy(Bundle.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getBundleId" -> id;
            case "getSymbolicName" -> name;
            case "hashCode" -> Objects.hash(id);
            case "equals" -> proxy == arguments[0];
            case "toString" -> "bundle " + name;
            default -> throw new UnsupportedOperationException(method.toString());
        });
    }

    /** Tells the listeners that there are. */
    void tell(int type, Bundle bundle) {
        listeners.forEach(listener -> listener.bundleChanged(new BundleEvent(type, bundle)));
    }

    boolean isListenedTo() {
        return !listeners.isEmpty();
    }

    /** The service of that type, or the heap of that name. */
    Service service(Class<?> type, String heap) {
        return services.stream().filter(s -> s.type == type && Objects.equals(s.properties.get("heap.name"), heap))
                .findFirst().orElseThrow(() -> new AssertionError("no " + type + " " + heap));
    }

    /** The service as {@code bundle} gets it. */
    <T> T get(Bundle bundle, Class<T> type, String heap) {
        return type.cast(service(type, heap).factory.getService(bundle, null));
    }
}
