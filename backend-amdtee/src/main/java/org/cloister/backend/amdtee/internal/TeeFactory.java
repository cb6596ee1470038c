// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import org.cloister.backend.amdtee.tee.internal.PspTee;
import org.cloister.tee.Tee;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;

/** Gives each bundle an object of its own, and closes what the bundle opened through it when it lets go or stops. */
final class TeeFactory implements ServiceFactory<Tee> {
    private final PspTee.Wiring wiring;

    TeeFactory(PspTee.Wiring wiring) {
        this.wiring = wiring;
    }

    @Override
    public Tee getService(Bundle bundle, ServiceRegistration<Tee> registration) {
        return new PspTee(wiring);
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<Tee> registration, Tee service) {
        if (service instanceof PspTee own) {
            own.close();
        }
    }
}
