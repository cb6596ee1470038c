// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.function.Supplier;
import org.cloister.region.RegionProtection;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Gives each bundle an object of its own, and gives back what the bundle left when it lets go or stops. */
record RegionFactory(Supplier<TaRegions> regions) implements ServiceFactory<RegionProtection> {
    @Override
    public RegionProtection getService(Bundle bundle, ServiceRegistration<RegionProtection> registration) {
        return new DeviceRegions(regions);
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<RegionProtection> registration,
            RegionProtection service) {
        if (service instanceof DeviceRegions own) {
            own.close();
        }
    }
}
