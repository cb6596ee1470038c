// SPDX-License-Identifier: Apache-2.0
package org.cloister.itests;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.cloister.backend.HeapBackend;
import org.cloister.backend.PoolOffer;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heaps;
import org.cloister.heap.UseCase;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** Core's events through EventAdmin, as docs/events.md promises. */
class EventAdminTest {
    private static final UseCase USE_CASE = new UseCase(1900, "test-events");

    @Test
    void eventsArePosted() {
        List<Event> heard = new CopyOnWriteArrayList<>();
        ServiceRegistration<?> handler = Framework.context().registerService(EventHandler.class, heard::add,
                Framework.properties(Map.of(EventConstants.EVENT_TOPIC, "org/cloister/heap/HeapEvent/*",
                        EventConstants.EVENT_FILTER, "(heap=" + USE_CASE.heapName() + ")")));
        ServiceRegistration<?> backend = Framework.context().registerService(HeapBackend.class,
                new CountingBackend("eventful", PoolOffer.serve(USE_CASE)), null);
        try {
            Heaps heaps = Framework.service(FrameworkUtil.getBundle(getClass()), Heaps.class);
            try (DmaBuf buffer = heaps.find(USE_CASE.heapName()).orElseThrow().allocate(4096)) {
                Framework.eventually("the allocation is posted", () -> heard.stream().anyMatch(
                        event -> event.getTopic().endsWith("/ALLOCATED")
                                && event.getProperty("buffer").equals(buffer.id())
                                && event.getProperty("size").equals(4096L)
                                && event.getProperty("owner").equals("org.cloister.itests")));
            }
            backend.unregister();
            Framework.eventually("all is posted", () -> heard.stream()
                    .map(event -> event.getTopic().replaceAll(".*/", "")).collect(Collectors.toSet())
                    .equals(Set.of("AVAILABLE", "ALLOCATED", "FREED", "DRAINING", "UNAVAILABLE", "RETIRED")));
        } finally {
            handler.unregister();
        }
    }
}
