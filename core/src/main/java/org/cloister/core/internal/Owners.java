// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/** The bundles that use heaps, from their first service until they stop. */
final class Owners implements SynchronousBundleListener {
    private final Core core;
    private final Map<Long, OwnedHeaps> byBundle = new ConcurrentHashMap<>();

    Owners(Core core) {
        this.core = core;
    }

    /** The view of a bundle. */
    OwnedHeaps of(Bundle bundle) {
        return byBundle.computeIfAbsent(bundle.getBundleId(), id -> new OwnedHeaps(core, new Owner(name(bundle))));
    }

    private static String name(Bundle bundle) {
        String name = bundle.getSymbolicName();
        return name == null ? "bundle-" + bundle.getBundleId() : name;
    }

    /** Those that there are. */
    Collection<Owner> all() {
        return byBundle.values().stream().map(OwnedHeaps::owner).toList();
    }

    /** After STOPPED nothing of the bundle runs in order any longer; its components have closed what they could. */
    @Override
    public void bundleChanged(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPED) {
            OwnedHeaps gone = byBundle.remove(event.getBundle().getBundleId());
            if (gone != null) {
                core.release(gone.owner());
            }
        }
    }

    /** Core itself stops. */
    void releaseAll() {
        byBundle.values().forEach(heaps -> core.release(heaps.owner()));
        byBundle.clear();
    }
}
