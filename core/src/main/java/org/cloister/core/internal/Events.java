// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.cloister.heap.HeapEvent;
import org.cloister.heap.HeapListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happened, and the flight recorder. With nobody listening and nothing recorded an event costs two
 * reads.
 */
final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(Events.class);

    private record Subscription(HeapListener listener, Set<String> heaps) {}

    private final HeapListener recorder = new FlightRecorderListener();
    private volatile List<Subscription> subscriptions = List.of(); // replaced under this

    /** @param heaps names to hear about; empty means all */
    synchronized void add(HeapListener listener, Set<String> heaps) {
        var more = new ArrayList<>(subscriptions);
        more.add(new Subscription(listener, Set.copyOf(heaps)));
        subscriptions = List.copyOf(more);
    }

    synchronized void remove(HeapListener listener) {
        subscriptions = subscriptions.stream().filter(s -> s.listener() != listener).toList();
    }

    /** Tells whoever listens; the event is made only then. */
    void tell(Supplier<HeapEvent> maker) {
        List<Subscription> current = subscriptions;
        if (!isHeard()) {
            return;
        }
        HeapEvent event = maker.get();
        if (FlightRecorderListener.isOn()) {
            recorder.onEvent(event);
        }
        for (Subscription subscription : current) {
            if (subscription.heaps().isEmpty() || subscription.heaps().contains(event.heap())) {
                try {
                    subscription.listener().onEvent(event);
                } catch (RuntimeException | Error e) {
                    LOG.warn("listener {} failed on {}", subscription.listener(), event, e);
                }
            }
        }
    }

    boolean isHeard() {
        return !subscriptions.isEmpty() || FlightRecorderListener.isOn();
    }
}
