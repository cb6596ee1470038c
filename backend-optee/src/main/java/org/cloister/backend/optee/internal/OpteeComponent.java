// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.cloister.backend.BackendHost;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolOffer;
import org.cloister.backend.ProvidesBackend;
import org.cloister.backend.optee.abi.internal.CallTime;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.Pages;
import org.cloister.backend.optee.tee.internal.OpteeTee;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.Interrupts;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.service.OwnedServices;
import org.cloister.pool.LendingPolicy;
import org.cloister.pool.MachineTimer;
import org.cloister.pool.StaticRanges;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeVersion;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for OP-TEE when the machine is there, and connects it with core and with clients of trusted applications. */
@ProvidesBackend(value = OpteeBackend.ID, tee = true)
@Component(service = HeapBackend.class, immediate = true, configurationPid = OpteeConfiguration.PID,
        property = Constants.SERVICE_RANKING + ":Integer=" + OpteeComponent.RANKING)
@Designate(ocd = OpteeConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.tee.Tee\"")
public final class OpteeComponent implements HeapBackend {
    /** Before static carve-outs, which have none: what a trusted OS guards needs no CPU that may write clear content. */
    static final int RANKING = 100;

    private static final Logger LOG = LoggerFactory.getLogger(OpteeComponent.class);

    private final MachineTimer timer = new MachineTimer("cloister-optee-trim",
            failure -> LOG.error("work of the OP-TEE backend failed", failure));
    private final NotificationThread notified = new NotificationThread();
    private final Optional<Driver> driver;
    private final OpteeBackend backend;
    private final Optional<OwnedServices<Tee>> tee;

    /** Looks for OP-TEE; where there is none, says so to who asks why heaps are missing. */
    @Activate
    public OpteeComponent(BundleContext context, OpteeConfiguration configuration,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) SmcConduit conduit,
            @Reference(target = "(" + PhysicalMemory.INITIATOR + "=" + Initiator.CPU + ")") PhysicalMemory memory,
            @Reference DeviceTree tree,
            @Reference Optional<Interrupts> interrupts,
            @Reference(name = "lent.area", target = "(" + ContiguousArea.DEFAULT + "=true)") ContiguousArea lentArea,
            @Reference(name = "shared.area", target = "(" + ContiguousArea.DEFAULT + "=true)")
            ContiguousArea sharedArea,
            @Reference StaticRanges ranges) {
        var machine = new Discovery.Surroundings(conduit, new Pages(memory, sharedArea), tree, interrupts, notified,
                CallTime.machine());
        Discovery discovery = Discovery.look(machine, millis(configuration.thread_patience_ms()), this::endThreads);
        driver = discovery.driver();
        var supplies = new OpteeBackend.Supplies(lentArea, ranges, terms -> LendingPolicy
                .of(terms.minimumSize(), terms.alignment()).growingTo(configuration.largest_chunk_bytes())
                .keeping(Math.max(0, configuration.idle_chunks()), millis(configuration.idle_time_ms())), timer);
        OptionalInt regions = configuration.regions() > 0
                ? OptionalInt.of(configuration.regions()) : discovery.regions();
        backend = new OpteeBackend(driver, discovery.catalogue(), supplies, new RegionLedger(regions));
        tee = driver.map(there -> register(context, there, millis(configuration.revoke_patience_ms())));
    }

    private void endThreads() {
        timer.close();
        notified.close();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(Math.max(1, millis));
    }

    private OwnedServices<Tee> register(BundleContext context, Driver there, Duration revokePatience) {
        var wiring = new OpteeTee.Wiring(OpteeBackend.ID, there, backend::host, backend::isStatic, revokePatience);
        Map<String, Object> properties = Map.of(Tee.ID, OpteeBackend.ID, Tee.IMPLEMENTATION, TeeVersion.OPTEE);
        return new OwnedServices<>(context, Tee.class, new Hashtable<>(properties), () -> new OpteeTee(wiring),
                (_, why) -> LOG.error("sessions of a bundle do not close", why));
    }

    /** Ends sessions, and lets go of OP-TEE; pools go on until core destroys them. */
    @Deactivate
    void deactivate() {
        tee.ifPresent(OwnedServices::close);
        driver.ifPresentOrElse(there -> {
            there.retire();
            there.release();
        }, this::endThreads);
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
