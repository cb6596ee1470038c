// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static java.util.stream.Collectors.joining;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.cloister.heap.HeapEvent;

/** Events as topics and properties; names are stable, see docs/events.md. Stateless. */
final class EventProperties {
    private static final String TOPIC = "org/cloister/heap/HeapEvent/";

    private EventProperties() {}

    /** Such as {@code org/cloister/heap/HeapEvent/BACKEND_FAILED}. */
    static String topic(HeapEvent event) {
        return TOPIC + event.getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    /** What an event says, by the names of its components; times in milliseconds, sites as text. */
    static Map<String, Object> of(HeapEvent event) {
        Map<String, Object> properties = new HashMap<>(Map.of("heap", event.heap()));
        properties.putAll(switch (event) {
            case HeapEvent.Available e -> Map.of("backend", e.backend(), "generation", e.generation());
            case HeapEvent.Swapped e -> Map.of("from", e.from(), "to", e.to(), "generation", e.generation());
            case HeapEvent.Draining e -> Map.of("backend", e.backend(), "buffers", e.buffers());
            case HeapEvent.Retired e -> Map.of("backend", e.backend());
            case HeapEvent.Unavailable e -> Map.of("why", e.why());
            case HeapEvent.Allocated e -> Map.of("buffer", e.buffer(), "size", e.size(), "owner", e.owner());
            case HeapEvent.Freed e -> Map.of("buffer", e.buffer(), "size", e.size());
            case HeapEvent.Moved e -> Map.of("buffer", e.buffer(), "from", e.from(), "to", e.to());
            case HeapEvent.Revoked e -> Map.of("buffer", e.buffer(), "why", e.why());
            case HeapEvent.Leaked e -> Map.of("buffer", e.buffer(), "size", e.size(), "owner", e.owner(),
                    "age", e.age().toMillis(), "site", site(e));
            case HeapEvent.BackendFailed e -> Map.of("backend", e.backend(), "why", e.why());
            case HeapEvent.Quarantined e ->
                    Map.of("backend", e.backend(), "base", e.base(), "size", e.size(), "why", e.why());
            case HeapEvent.Lent e -> Map.of("backend", e.backend(), "base", e.base(), "size", e.size());
            case HeapEvent.Reclaimed e -> Map.of("backend", e.backend(), "base", e.base(), "size", e.size());
            case HeapEvent.Faulted e ->
                    Map.of("backend", e.backend(), "base", e.base(), "size", e.size(), "why", e.why());
        });
        return properties;
    }

    /** Where a leaked buffer was allocated, one frame a line; empty when that was not kept. */
    static String site(HeapEvent.Leaked leak) {
        return leak.site().map(site -> Arrays.stream(site.getStackTrace()).map(StackTraceElement::toString)
                .collect(joining("\n"))).orElse("");
    }
}
