// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.internal;

import java.util.Hashtable;
import java.util.Map;
import org.cloister.emulator.psp.encryption.internal.EncryptionUnit;
import org.cloister.emulator.soc.Firmware;
import org.cloister.emulator.soc.RunningFirmware;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.platform.device.MemoryEncryption;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets the memory-encryption unit of a board up, and lets the normal world find it. Needs no secure processor. */
@Component(service = Firmware.class, property = Firmware.NAME + "=" + EncryptionFirmware.MODEL)
@Capability(namespace = "osgi.service", effective = "active",
        attribute = "objectClass:List<String>=\"org.cloister.platform.device.MemoryEncryption\"")
public final class EncryptionFirmware implements Firmware {
    /** The value of {@code cloister,firmware} that this model answers to. */
    static final String MODEL = "memory-encryption";

    private static final Logger LOG = LoggerFactory.getLogger(EncryptionFirmware.class);

    private final BundleContext context;

    /** Waits for a board that wants it. */
    @Activate
    public EncryptionFirmware(BundleContext context) {
        this.context = context;
    }

    @Override
    public RunningFirmware boot(SecureWorld world) {
        Soc soc = world.soc();
        EncryptionUnit unit = new EncryptionUnit(world);
        ServiceRegistration<MemoryEncryption> registration = context.registerService(
                MemoryEncryption.class, unit, new Hashtable<>(Map.of(Soc.BOARD, soc.board())));
        LOG.info("memory of board {} is encrypted with {} for {}", soc.board(), unit.cipher(), unit.engines());
        return () -> {
            registration.unregister();
            unit.close();
        };
    }
}
