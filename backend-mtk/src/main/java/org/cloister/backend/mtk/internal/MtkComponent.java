// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.service.OwnedServices;
import org.cloister.pool.MachineTimer;
import org.cloister.pool.Tenancies;
import org.cloister.pool.Tenant;
import org.cloister.region.RegionProtection;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the backend with core, with the machine, and with whatever trusted OS there is. Backends that are made for
 * {@code protected,secure-video} come before this one.
 */
@ProvidesBackend(value = MtkBackend.ID, tee = true)
@Component(service = HeapBackend.class, immediate = true, configurationPid = MtkConfiguration.PID,
        property = "service.ranking:Integer=-100")
@Designate(ocd = MtkConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.region.RegionProtection\"")
public final class MtkComponent implements HeapBackend {
    private static final Logger LOG = LoggerFactory.getLogger(MtkComponent.class);

    private final List<ContiguousArea> areas = new CopyOnWriteArrayList<>();
    private final MtkBackend backend;
    private final Optional<OwnedServices<RegionProtection>> regions;

    /** Reads the device tree. */
    @Activate
    public MtkComponent(BundleContext context, MtkConfiguration configuration, @Reference DeviceTree tree,
            @Reference Tenancies tenancies) {
        var timer = new MachineTimer("cloister-mtk-trim",
                failure -> LOG.error("work of the backend for MediaTek failed", failure));
        var tees = new TeeTracker(context, configuration.tee_target(), this::changed);
        Optional<Binding> binding = read(tree);
        MtkBackend.Settings settings = MtkBackend.Settings.of(configuration);
        backend = new MtkBackend(binding, settings, tees, new Tenant(tenancies, tree, MtkBackend.APPLICATION),
                () -> areas, timer, timer::close);
        tees.open();
        regions = binding.flatMap(Binding::area).filter(area -> settings.numbering() == Numbering.CURRENT)
                .map(area -> register(context));
    }

    private OwnedServices<RegionProtection> register(BundleContext context) {
        return new OwnedServices<>(context, RegionProtection.class,
                new Hashtable<>(Map.of(RegionProtection.BACKEND, MtkBackend.ID)),
                () -> new DeviceRegions(backend::regions),
                (_, why) -> LOG.error("regions of a bundle are not given back", why));
    }

    private static Optional<Binding> read(DeviceTree tree) {
        try {
            return Binding.read(tree);
        } catch (HeapException e) {
            LOG.warn("MediaTek's restricted memory is not served: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** An area comes. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addArea(ContiguousArea area) {
        areas.add(area);
        changed();
    }

    /** An area goes. */
    void removeArea(ContiguousArea area) {
        areas.remove(area);
        changed();
    }

    private void changed() {
        backend.changed();
    }

    /** Gives regions back, and offers no more; pools go on until core destroys them. */
    @Deactivate
    void deactivate() {
        regions.ifPresent(OwnedServices::close);
        backend.retire();
    }

    @Override
    public String id() {
        return backend.id();
    }

    @Override
    public void connected(BackendHost host) {
        backend.connected(host);
    }

    @Override
    public void disconnected() {
        backend.disconnected();
    }

    @Override
    public List<PoolOffer> offers() {
        return backend.offers();
    }

    @Override
    public Pool open(PoolOffer offer) {
        return backend.open(offer);
    }
}
