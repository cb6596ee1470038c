// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.jmx.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Notes how many backends have come to serve each heap, which only events tell: from the start of the bundle on, so that
 * beans that are configured later know it, too. Safe for use by any thread.
 */
@Component(service = {Generations.class, HeapListener.class}, immediate = true)
public final class Generations implements HeapListener {
    private final Map<String, Long> latest = new ConcurrentHashMap<>();

    /** Called by Declarative Services. */
    @Activate
    public Generations() {
        // knows nothing yet
    }

    @Override
    public void onEvent(HeapEvent event) {
        switch (event) {
            case HeapEvent.Available e -> latest.merge(e.heap(), e.generation(), Math::max);
            case HeapEvent.Swapped e -> latest.merge(e.heap(), e.generation(), Math::max);
            default -> { }
        }
    }

    /** The generation of a heap by its name, null when nobody told of it. */
    Long of(String heap) {
        return latest.get(heap);
    }
}
