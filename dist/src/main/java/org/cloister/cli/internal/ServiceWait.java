// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.time.Duration;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/** Waits for services by filter, without knowing their types. */
final class ServiceWait {
    private final BundleContext context;

    ServiceWait(BundleContext context) {
        this.context = context;
    }

    /**
     * Waits until a service matches.
     *
     * @return whether one does
     * @throws CommandFailure when the thread is interrupted
     */
    boolean await(String filter, Duration budget) {
        try {
            // The reference stands for the service: to be there is enough, so the service is not got.
            ServiceTracker<Object, Object> tracker = new ServiceTracker<>(context, context.createFilter(filter), null) {
                @Override
                public Object addingService(ServiceReference<Object> reference) {
                    return reference;
                }
            };
            tracker.open(true);
            try {
                return tracker.waitForService(Math.max(1, budget.toMillis())) != null;
            } finally {
                tracker.close();
            }
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitStatus.DOES_NOT_HOLD, "interrupted while waiting for " + filter);
        }
    }
}
