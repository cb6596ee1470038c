// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.carveout.internal;

import java.util.List;
import java.util.OptionalInt;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/** A configuration that declares a carve-out. Immutable and safe for use by any thread. */
@Component(service = ConfiguredCarveOut.class, configurationPid = CarveOutConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CarveOutConfiguration.class, factory = true)
public final class ConfiguredCarveOut {
    private final Declaration declaration;

    /** Takes the configuration as it is; it is checked against the device tree later. */
    @Activate
    public ConfiguredCarveOut(CarveOutConfiguration configuration) {
        int id = configuration.heap_use$_$case$_$id();
        declaration = new Declaration(configuration.node(), configuration.heap_name().strip(),
                configuration.heap_use$_$case().strip(), id == 0 ? OptionalInt.empty() : OptionalInt.of(id),
                configuration.grants() == null ? List.of() : List.of(configuration.grants()));
    }

    /** What it declares. */
    Declaration declaration() {
        return declaration;
    }
}
