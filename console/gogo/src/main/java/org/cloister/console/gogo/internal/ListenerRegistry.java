// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.gogo.internal;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Optional;
import org.cloister.heap.HeapListener;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** Lets somebody hear of heaps. */
final class ListenerRegistry {
    private final BundleContext context;

    ListenerRegistry(BundleContext context) {
        this.context = context;
    }

    /** From now on until the answer is run. */
    Runnable listen(HeapListener listener, Optional<String> heap) {
        Dictionary<String, Object> properties = new Hashtable<>();
        heap.ifPresent(name -> properties.put(HeapListener.HEAPS, name));
        ServiceRegistration<HeapListener> registration =
                context.registerService(HeapListener.class, listener, properties);
        return registration::unregister;
    }
}
