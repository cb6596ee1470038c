// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Tee;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.Filter;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;

/**
 * The trusted operating systems among the services. Not a reference of the component, for sessions last as long as
 * pools do, and pools go on after their component was deactivated. Safe for use by any thread.
 */
final class TeeTracker implements TeeSource, ServiceTrackerCustomizer<Tee, Tee> {
    private final BundleContext context;
    private final Runnable changed;
    private final ConcurrentSkipListMap<ServiceReference<Tee>, Tee> there = new ConcurrentSkipListMap<>();
    private final ServiceTracker<Tee, Tee> tracker;

    /**
     * Prepares to look, as the framework itself: what a bundle obtained is taken from it when it stops, sessions too, and
     * then what its pools still have could never be given back.
     *
     * @param context of the bundle that looks
     * @param which an LDAP filter; empty for any
     * @param changed run when one has come or is going; quick
     * @throws HeapException {@code INVALID_ARGUMENT} for what is no filter
     */
    TeeTracker(BundleContext context, String which, Runnable changed) {
        this.context = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getBundleContext();
        this.changed = changed;
        this.tracker = new ServiceTracker<>(this.context, filter(context, which), this);
    }

    private static Filter filter(BundleContext context, String which) {
        String type = "(%s=%s)".formatted(Constants.OBJECTCLASS, Tee.class.getName());
        try {
            return context.createFilter(which.isBlank() ? type : "(&%s%s)".formatted(type, which.strip()));
        } catch (InvalidSyntaxException e) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "choose a trusted OS", "tee.target " + which,
                    String.valueOf(e.getMessage()), "write an LDAP filter such as (tee.id=optee)", e);
        }
    }

    /** Begins to look. */
    void open() {
        tracker.open();
    }

    @Override
    public Tee addingService(ServiceReference<Tee> reference) {
        Tee tee = context.getService(reference);
        if (tee != null) {
            there.put(reference, tee);
            changed.run();
        }
        return tee;
    }

    @Override
    public void modifiedService(ServiceReference<Tee> reference, Tee tee) {
        changed.run();
    }

    @Override
    public void removedService(ServiceReference<Tee> reference, Tee tee) {
        there.remove(reference);
        changed.run();
        context.ungetService(reference);
    }

    @Override
    public List<Tee> current() {
        return List.copyOf(there.descendingMap().values());
    }

    @Override
    public void close() {
        tracker.close();
    }
}
