// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;

/**
 * Posts events to EventAdmin, where there is one. To the resolver the reference is optional; the component itself does
 * not start, and this class is not loaded, without it.
 */
@Component(service = HeapListener.class, property = "admin.cardinality.minimum:Integer=1")
public final class EventAdminListener implements HeapListener {
    private final EventAdmin admin;

    /** Posts to {@code admin}. */
    @Activate
    public EventAdminListener(
            @Reference(name = "admin", cardinality = ReferenceCardinality.OPTIONAL) EventAdmin admin) {
        this.admin = admin;
    }

    @Override
    public void onEvent(HeapEvent event) {
        admin.postEvent(new Event(EventProperties.topic(event), EventProperties.of(event)));
    }
}
