// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static java.util.stream.Collectors.toSet;

import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.cloister.backend.HeapBackend;
import org.cloister.heap.HeapException;
import org.cloister.heap.HeapListener;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connects core with the framework: backends and listeners come as services, heaps go out as services. */
@Component(immediate = true, service = {}, configurationPid = CoreConfiguration.PID)
@Designate(ocd = CoreConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.heap.Heaps,org.cloister.heap.Heap,"
                + "org.cloister.importer.Importers,org.cloister.admin.HeapAdmin\"")
public final class CoreComponent {
    private static final Logger LOG = LoggerFactory.getLogger(CoreComponent.class);

    private final BundleContext context;
    private final SystemTime time = new SystemTime();
    private final MachineCalls calls = new MachineCalls();
    private final HeapServices services;
    private final Core core;
    private final Owners owners;
    private final Map<HeapBackend, Candidate> candidates = new IdentityHashMap<>(); // guarded by itself

    /** Starts core. */
    @Activate
    public CoreComponent(BundleContext context, CoreConfiguration configuration) {
        this.context = context;
        services = new HeapServices(context);
        core = new Core(CoreConfiguration.Reader.read(configuration), time, time, calls, services::publish);
        owners = new Owners(core);
        context.addBundleListener(owners);
        services.register(core, owners);
    }

    /** Applies a changed configuration; a bad one leaves the previous in force. */
    @Modified
    void modified(CoreConfiguration configuration) {
        try {
            core.configure(CoreConfiguration.Reader.read(configuration));
        } catch (HeapException e) {
            LOG.error("the previous configuration stays in force", e);
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindBackend(HeapBackend backend, Map<String, Object> properties) {
        try {
            Candidate candidate = core.add(backend, ranking(properties), (Long) properties.get(Constants.SERVICE_ID));
            synchronized (candidates) {
                candidates.put(backend, candidate);
            }
        } catch (HeapException e) {
            LOG.error("a backend is not used", e);
        }
    }

    void updatedBackend(HeapBackend backend, Map<String, Object> properties) {
        candidate(backend, false).ifPresent(candidate -> core.rank(candidate, ranking(properties)));
    }

    void unbindBackend(HeapBackend backend) {
        candidate(backend, true).ifPresent(core::remove);
    }

    private Optional<Candidate> candidate(HeapBackend backend, boolean remove) {
        synchronized (candidates) {
            return Optional.ofNullable(remove ? candidates.remove(backend) : candidates.get(backend));
        }
    }

    private static int ranking(Map<String, Object> properties) {
        return properties.get(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindListener(HeapListener listener, Map<String, Object> properties) {
        Stream<?> heaps = switch (properties.get(HeapListener.HEAPS)) {
            case String one -> Stream.of(one);
            case Object[] several -> Arrays.stream(several);
            case Collection<?> several -> several.stream();
            case null, default -> Stream.empty();
        };
        core.events().add(listener, heaps.map(name -> Registry.canonical(name.toString())).collect(toSet()));
    }

    void unbindListener(HeapListener listener) {
        core.events().remove(listener);
    }

    /** Stops core: buffers that are still open are released and reported, and pools destroyed. */
    @Deactivate
    void deactivate() {
        context.removeBundleListener(owners);
        services.close();
        owners.releaseAll();
        core.close();
        time.close();
        calls.close();
        synchronized (candidates) {
            candidates.clear();
        }
    }
}
