// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloister.driver.panthor.GpuMode;

/** The mode of the GPU; the table of transitions is at {@link GpuMode}. For the driver's thread, but for {@link #now}. */
final class ModeMachine {
    /** What changes it. */
    enum Event { START, BOOTED, ENTER, ENTERED, EXIT, LEFT, TIMED_OUT, FAULT, RESET, STOP }

    private static final Set<GpuMode> RUNNING =
            EnumSet.of(GpuMode.NORMAL, GpuMode.ENTERING, GpuMode.PROTECTED, GpuMode.EXITING);
    private static final Map<Event, Map<GpuMode, GpuMode>> TABLE = table();

    private volatile GpuMode now = GpuMode.OFF;

    private static Map<Event, Map<GpuMode, GpuMode>> table() {
        Map<Event, Map<GpuMode, GpuMode>> table = new EnumMap<>(Event.class);
        add(table, Event.START, GpuMode.BOOTING, EnumSet.of(GpuMode.OFF));
        add(table, Event.BOOTED, GpuMode.NORMAL, EnumSet.of(GpuMode.BOOTING));
        add(table, Event.ENTER, GpuMode.ENTERING, EnumSet.of(GpuMode.NORMAL));
        add(table, Event.ENTERED, GpuMode.PROTECTED, EnumSet.of(GpuMode.ENTERING));
        add(table, Event.EXIT, GpuMode.EXITING, EnumSet.of(GpuMode.PROTECTED));
        add(table, Event.LEFT, GpuMode.NORMAL, EnumSet.of(GpuMode.ENTERING, GpuMode.PROTECTED, GpuMode.EXITING));
        add(table, Event.TIMED_OUT, GpuMode.RESETTING, RUNNING);
        add(table, Event.TIMED_OUT, GpuMode.DEAD, EnumSet.of(GpuMode.BOOTING, GpuMode.RESETTING));
        add(table, Event.FAULT, GpuMode.RESETTING, RUNNING);
        add(table, Event.RESET, GpuMode.BOOTING, EnumSet.of(GpuMode.RESETTING));
        add(table, Event.STOP, GpuMode.OFF, EnumSet.allOf(GpuMode.class));
        return table;
    }

    private static void add(Map<Event, Map<GpuMode, GpuMode>> table, Event event, GpuMode to, Set<GpuMode> from) {
        from.forEach(mode -> table.computeIfAbsent(event, _ -> new EnumMap<>(GpuMode.class)).put(mode, to));
    }

    /** What an event makes of a mode; empty when it cannot happen in that. */
    static Optional<GpuMode> next(GpuMode mode, Event event) {
        return Optional.ofNullable(TABLE.get(event).get(mode));
    }

    /** The mode. For any thread. */
    GpuMode now() {
        return now;
    }

    boolean isRunning() {
        return RUNNING.contains(now);
    }

    /**
     * Something happened.
     *
     * @throws IllegalStateException when it cannot, in this mode
     */
    void on(Event event) {
        now = next(now, event).orElseThrow(() -> new IllegalStateException(event + " in mode " + now));
    }
}
