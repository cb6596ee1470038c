// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.report;

import java.util.Locale;
import org.cloister.heap.HeapEvent;
import org.osgi.annotation.versioning.ProviderType;

/** Events in words. Stateless. */
@ProviderType
public final class EventText {
    private EventText() {}

    /**
     * The kind of an event, such as {@code backend-failed}.
     *
     * @param event any
     * @return one word
     */
    public static String kind(HeapEvent event) {
        return event.getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    /**
     * What happened, without the name of the heap.
     *
     * @param event any
     * @return a phrase for people
     */
    public static String phrase(HeapEvent event) {
        return switch (event) {
            case HeapEvent.Available e -> "%s serves it now".formatted(e.backend());
            case HeapEvent.Swapped e -> "%s took over from %s".formatted(e.to(), e.from());
            case HeapEvent.Draining e -> "%s takes no more allocations; %s live".formatted(
                    e.backend(), buffers(e.buffers()));
            case HeapEvent.Retired e -> "%s has let go: its last buffer is gone".formatted(e.backend());
            case HeapEvent.Unavailable e -> "nobody serves it: %s".formatted(e.why());
            case HeapEvent.Allocated e -> "buffer %d of %s for %s".formatted(e.buffer(), Text.size(e.size()), e.owner());
            case HeapEvent.Freed e -> "buffer %d of %s is free".formatted(e.buffer(), Text.size(e.size()));
            case HeapEvent.Revoked e -> "buffer %d was taken away: %s".formatted(e.buffer(), e.why());
            case HeapEvent.Moved e -> "buffer %d moved from %s to %s".formatted(e.buffer(), e.from(), e.to());
            case HeapEvent.Leaked e -> "%s left buffer %d of %s behind after %s".formatted(
                    e.owner(), e.buffer(), Text.size(e.size()), Text.age(e.age()));
            case HeapEvent.BackendFailed e -> "%s failed: %s".formatted(e.backend(), e.why());
            case HeapEvent.Quarantined e -> "%s withdrew %s at %s: %s".formatted(
                    e.backend(), Text.size(e.size()), Text.hex(e.base()), e.why());
            case HeapEvent.Lent e -> "%s lent %s at %s".formatted(e.backend(), Text.size(e.size()), Text.hex(e.base()));
            case HeapEvent.Reclaimed e -> "%s has %s at %s back".formatted(
                    e.backend(), Text.size(e.size()), Text.hex(e.base()));
            case HeapEvent.Faulted e -> "%s was refused %s at %s: %s".formatted(
                    e.backend(), Text.size(e.size()), Text.hex(e.base()), e.why());
        };
    }

    private static String buffers(long count) {
        return count == 1 ? "1 buffer is" : count + " buffers are";
    }
}
