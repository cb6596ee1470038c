// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import java.util.Set;
import java.util.UUID;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TrustedApplication;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.Designate;

/**
 * MediaTek's memory application. It has one instance, which stays when its last session is closed: what a client has
 * allocated may be in use by devices, and is freed by its handle only.
 */
@Component(service = TrustedApplication.class, configurationPid = "org.cloister.emulator.mtk")
@Designate(ocd = MtkConfiguration.class)
public final class MemoryApplication implements TrustedApplication {
    private final UUID uuid;
    private final Numbering numbering;

    /** Takes the configuration. */
    @Activate
    public MemoryApplication(MtkConfiguration configuration) {
        this(UUID.fromString(configuration.uuid()), configuration.numbering());
    }

    /** Makes an application. */
    public MemoryApplication(UUID uuid, Numbering numbering) {
        this.uuid = uuid;
        this.numbering = numbering;
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public String name() {
        return "mtk-memory";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION, TaFlag.KEEP_ALIVE, TaFlag.SERVES_MEMORY);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        var memory = new SecureMemory(platform);
        return switch (numbering) {
            case CURRENT -> new CurrentCommands(memory);
            case LEGACY -> new LegacyCommands(memory);
        };
    }
}
