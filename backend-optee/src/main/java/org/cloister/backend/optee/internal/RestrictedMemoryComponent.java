// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import org.cloister.backend.optee.rstmem.RestrictedAllocation;
import org.cloister.backend.optee.rstmem.RestrictedMemory;
import org.cloister.heap.Heaps;
import org.cloister.tee.Tee;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;

/**
 * Serves one bundle. Heaps and trusted OS are obtained by the context of that bundle, so that it owns what is allocated,
 * and loses it when it stops.
 */
@Component(service = RestrictedMemory.class, scope = ServiceScope.BUNDLE)
public final class RestrictedMemoryComponent implements RestrictedMemory {
    private final BundleContext user;
    private final ServiceReference<Heaps> heaps;
    private final ServiceReference<Tee> tee;
    private final RestrictedMemory calls;

    /** Called by Declarative Services. */
    @Activate
    public RestrictedMemoryComponent(ComponentContext context, @Reference ServiceReference<Heaps> heaps,
            @Reference(target = "(" + Tee.ID + "=" + OpteeBackend.ID + ")") ServiceReference<Tee> tee) {
        this.user = context.getUsingBundle().getBundleContext();
        this.heaps = heaps;
        this.tee = tee;
        this.calls = new RestrictedMemoryCalls(user.getService(heaps), user.getService(tee));
    }

    @Deactivate
    void deactivate() {
        try {
            user.ungetService(tee);
            user.ungetService(heaps);
        } catch (IllegalStateException stopped) {
            // the bundle has stopped, and the framework has given back what it had
        }
    }

    @Override
    public RestrictedAllocation allocate(long size, int flags, int useCase) {
        return calls.allocate(size, flags, useCase);
    }
}
