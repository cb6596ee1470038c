// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.backend.amdtee.ring.internal.Pages;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.backend.amdtee.ring.internal.RingLimits;
import org.cloister.backend.amdtee.ring.internal.Waiter;
import org.cloister.backend.amdtee.tee.internal.PspTee;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.conduit.PspDevice;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.service.OwnedServices;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.MachineTimer;
import org.cloister.pool.Tenancies;
import org.cloister.pool.Tenant;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeVersion;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the secure processor with core and with clients of trusted applications. While a machine should have one and
 * has not, its heaps are refused with that reason. What it has protected outlives its going and coming.
 */
@ProvidesBackend(value = AmdTeeBackend.ID, tee = true)
@Component(service = HeapBackend.class, immediate = true, configurationPid = AmdTeeConfiguration.PID,
        property = "service.ranking:Integer=" + AmdTeeComponent.RANKING)
@Designate(ocd = AmdTeeConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.tee.Tee\"")
public final class AmdTeeComponent implements HeapBackend {
    /** Before static carve-outs, which have none. */
    static final int RANKING = 50;

    private static final Logger LOG = LoggerFactory.getLogger(AmdTeeComponent.class);

    private final MachineTimer timer = new MachineTimer("cloister-amdtee-trim",
            failure -> LOG.error("work of the AMD-TEE backend failed", failure));
    private final CurrentDevice device = new CurrentDevice();
    private final BundleContext context;
    private final Driver driver;
    private final AmdTeeBackend backend;
    private final PspTee.Wiring wiring;
    private volatile Optional<FirmwareFiles> files = Optional.empty();
    private Optional<OwnedServices<Tee>> tee = Optional.empty(); // guarded by this, as is the next
    private boolean stopped;

    /** Takes what it is wired to. The processor is not called before something is wanted of it. */
    @Activate
    public AmdTeeComponent(BundleContext context, AmdTeeConfiguration configuration,
            @Reference(target = "(" + PhysicalMemory.INITIATOR + "=" + Initiator.CPU + ")") PhysicalMemory memory,
            @Reference DeviceTree tree,
            @Reference(name = "area", target = "(" + ContiguousArea.DEFAULT + "=true)") ContiguousArea area,
            @Reference Tenancies tenancies) {
        this.context = context;
        FirmwareFiles found = path -> files.flatMap(there -> there.find(path));
        var ring = new PspRing(device, new Pages(memory, area), new RingLimits(millis(configuration.mailbox_ms()),
                millis(configuration.full_ms()), millis(configuration.answer_ms()),
                Duration.ofMillis(Math.max(0, configuration.recovery_ms()))), Waiter.machine(),
                new Tenant(tenancies, memory, PspRing.WHICH)); // the machine has one processor, which may come and go
        var protector = new Protector(ring, found);
        driver = new Driver(ring, protector, new Withheld(protector, area), timer::close);
        LendingPolicy policy = LendingPolicy.of(configuration.smallest_chunk_bytes(), Pages.SIZE)
                .growingTo(configuration.largest_chunk_bytes())
                .keeping(Math.max(0, configuration.idle_chunks()), millis(configuration.idle_time_ms()));
        backend = new AmdTeeBackend(driver, device::isThere, tree, area, policy, timer);
        wiring = new PspTee.Wiring(AmdTeeBackend.ID, ring, found, backend::host, protector::mapped,
                Duration.ofMillis(Math.max(0, configuration.revoke_patience_ms())));
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(Math.max(1, millis));
    }

    /** The processor comes. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setDevice(PspDevice there) {
        changed(Optional.of(there));
    }

    /** It goes, unless another one has come. */
    void unsetDevice(PspDevice gone) {
        if (device.is(gone)) {
            changed(Optional.empty());
        }
    }

    /** Files of applications come. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    synchronized void setFiles(FirmwareFiles there) {
        files = Optional.of(there);
        beginSessions();
    }

    /** They go. What pools need of them is needed still when this was stopped. */
    synchronized void unsetFiles(FirmwareFiles gone) {
        if (!stopped && files.filter(known -> known == gone).isPresent()) {
            files = Optional.empty();
        }
    }

    /** Pools go on with the same processor when this was stopped. */
    private void changed(Optional<PspDevice> now) {
        synchronized (this) {
            if (stopped) {
                return;
            }
            endSessions();
            device.set(now);
            driver.ring().replaced();
            beginSessions();
        }
        backend.changed();
    }

    /** Sessions are for when there are applications too; the processor may come before their files. */
    private void beginSessions() {
        if (!stopped && tee.isEmpty() && device.isThere() && files.isPresent()) {
            Map<String, Object> properties = Map.of(Tee.ID, AmdTeeBackend.ID, Tee.IMPLEMENTATION, TeeVersion.AMDTEE);
            tee = Optional.of(new OwnedServices<>(context, Tee.class, new Hashtable<>(properties),
                    () -> new PspTee(wiring), (_, why) -> LOG.error("sessions of a bundle do not close", why)));
        }
    }

    private void endSessions() {
        tee.ifPresent(OwnedServices::close);
        tee = Optional.empty();
    }

    /** Ends sessions, and lets go of the processor; pools go on until core destroys them. */
    @Deactivate
    void deactivate() {
        synchronized (this) {
            stopped = true;
            endSessions();
        }
        driver.release();
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
