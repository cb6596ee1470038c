// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.backend.linux.descriptor.internal.OwnedDescriptors;
import org.cloister.backend.linux.kernel.internal.LinuxCalls;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.descriptor.Descriptors;
import org.cloister.platform.service.OwnedServices;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the kernel with core and with users of descriptors and trusted OSes, when it is configured to. On a machine
 * without Linux it does not start.
 */
@ProvidesBackend(value = LinuxBackend.ID, tee = true)
@Component(service = HeapBackend.class, immediate = true, configurationPid = LinuxConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LinuxConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.descriptor.Descriptors\"")
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.tee.Tee\"")
public final class LinuxComponent implements HeapBackend {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxComponent.class);

    private final LinuxBackend backend;
    private final TeeDevices tees;
    private final DeviceWatch watch;
    private final OwnedServices<Descriptors> descriptors;

    /** Looks at the devices, and goes on doing so. */
    @Activate
    public LinuxComponent(BundleContext context, LinuxConfiguration configuration) {
        this(context, Path.of(configuration.devices()), List.of(configuration.restricted_heaps()),
                new SizeLimit(configuration.largest_buffer_bytes(), new AvailableMemory()), linux());
    }

    LinuxComponent(BundleContext context, Path devices, List<String> restricted, SizeLimit limit, SystemCalls calls) {
        backend = new LinuxBackend(calls, devices.resolve(LinuxBackend.HEAPS), restricted, limit);
        tees = new TeeDevices(context, devices, calls, backend::host);
        watch = new DeviceWatch(devices, LinuxBackend.HEAPS, TeeDevices::isName, tees::isRefused, this::refresh);
        descriptors = new OwnedServices<>(context, Descriptors.class, new Hashtable<>(),
                () -> new OwnedDescriptors(calls, backend::host),
                (_, why) -> LOG.error("descriptors of a bundle do not close", why));
    }

    private static SystemCalls linux() {
        if (!LinuxCalls.isHere()) {
            throw new IllegalStateException("this is " + System.getProperty("os.name")
                    + ", and the backend is for Linux; remove its configuration, " + LinuxConfiguration.PID);
        }
        return new LinuxCalls();
    }

    private void refresh() {
        backend.refresh();
        tees.refresh();
    }

    /** Closes what bundles opened here; pools go on until core destroys them. */
    @Deactivate
    void deactivate() {
        watch.close();
        descriptors.close();
        tees.close();
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
