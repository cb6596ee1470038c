// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.emulator.optee.ta.internal.BuiltIn;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.RunningFirmware;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.Initiator;
import org.cloister.platform.conduit.RecordingConduit;
import org.cloister.platform.conduit.SmcConduit;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * OP-TEE as firmware of emulated boards. While it runs on one the normal world finds a {@link SmcConduit}; trusted
 * applications of other bundles are added to it as they come, and are dead when they go.
 */
@Component(service = Firmware.class, property = Firmware.NAME + "=" + OpteeFirmware.MODEL,
        configurationPid = "org.cloister.emulator.optee")
@Designate(ocd = OpteeConfiguration.class)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=org.cloister.platform.conduit.SmcConduit")
public final class OpteeFirmware implements Firmware {
    /** The value of {@code cloister,firmware} that this model answers to. */
    static final String MODEL = "optee";

    private static final Logger LOG = LoggerFactory.getLogger(OpteeFirmware.class);

    private final BundleContext context;
    private final Duration patience;
    private final String trace;
    private final List<TrustedFirmware> running = new CopyOnWriteArrayList<>();
    private final List<TrustedApplication> applications = new CopyOnWriteArrayList<>();

    /** Waits for a board that wants it. */
    @Activate
    public OpteeFirmware(BundleContext context, OpteeConfiguration configuration) {
        this.context = context;
        this.patience = Duration.ofMillis(Math.max(0, configuration.patience_millis()));
        this.trace = configuration.trace();
    }

    /** A trusted application comes. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addApplication(TrustedApplication application) {
        synchronized (applications) {
            applications.add(application);
            running.forEach(firmware -> add(firmware, application));
        }
    }

    /** A trusted application goes. */
    void removeApplication(TrustedApplication application) {
        synchronized (applications) {
            applications.remove(application);
            running.forEach(firmware -> firmware.remove(application));
        }
    }

    private static void add(TrustedFirmware firmware, TrustedApplication application) {
        if (!firmware.add(application)) {
            LOG.warn("The trusted application {} is left out, as there is one of its uuid {} already",
                    application.name(), application.uuid());
        }
    }

    @Override
    public RunningFirmware boot(SecureWorld world) {
        Soc soc = world.soc();
        OpteeBinding binding = OpteeBinding.read(soc, MODEL);
        var machine = new SocMachine(world, binding.rights(), patience);
        var firmware = new TrustedFirmware(machine, binding.config(), BuiltIn.store(machine));
        synchronized (applications) {
            applications.forEach(application -> add(firmware, application));
            running.add(firmware);
        }
        var service = new Service(firmware, soc);
        LOG.info("OP-TEE runs on board {}, reached by {}", soc.board(), binding.config().conduit());
        return service;
    }

    /** The running firmware with its service. */
    private final class Service implements RunningFirmware {
        private final TrustedFirmware firmware;
        private final SmcConduit conduit;
        private final ServiceRegistration<SmcConduit> registration;

        Service(TrustedFirmware firmware, Soc soc) {
            this.firmware = firmware;
            this.conduit = trace.isEmpty()
                    ? firmware
                    : RecordingConduit.toFile(firmware, soc.memory(Initiator.CPU), Path.of(trace));
            Dictionary<String, Object> properties = new Hashtable<>();
            properties.put(SmcConduit.METHOD, "smc");
            properties.put(Soc.BOARD, soc.board());
            registration = context.registerService(SmcConduit.class, conduit, properties);
        }

        @Override
        public void close() {
            registration.unregister();
            running.remove(firmware);
            firmware.close();
            if (conduit instanceof RecordingConduit recorder) {
                try {
                    recorder.close();
                } catch (IOException e) {
                    LOG.warn("The trace {} is not complete: {}", trace, e.getMessage());
                }
            }
        }
    }
}
