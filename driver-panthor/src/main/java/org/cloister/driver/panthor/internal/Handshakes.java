// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cloister.platform.driver.DriverThread;

/** Requests that the firmware has not answered yet. For the driver's thread. */
final class Handshakes {
    private record Pending(Port port, int bits, Timer.Alarm alarm, Runnable then) {}

    private final Timer timer;
    private final DriverThread thread;
    private final List<Pending> pending = new ArrayList<>();

    Handshakes(Timer timer, DriverThread thread) {
        this.timer = timer;
        this.thread = thread;
    }

    /**
     * Waits for an answer; then {@code then} is run, or {@code late} when it does not come in time. Firmware that has
     * done already what it is asked for says nothing, so that is looked at, too.
     */
    void await(Port port, int bits, Duration limit, Runnable then, Runnable late) {
        List<Pending> mine = new ArrayList<>(1);
        Timer.Alarm alarm = timer.after(limit, () -> thread.run(() -> {
            if (pending.removeAll(mine)) {
                late.run();
            }
        }));
        mine.add(new Pending(port, bits, alarm, then));
        pending.addAll(mine);
        if (port.isAcknowledged(bits)) {
            thread.run(this::look);
        }
    }

    /** Looks for answers. */
    void look() {
        for (Pending one : List.copyOf(pending)) {
            if (pending.contains(one) && one.port().isAcknowledged(one.bits())) {
                pending.remove(one);
                one.alarm().cancel();
                one.then().run();
            }
        }
    }

    /** Nobody answers any more. */
    void forget() {
        pending.forEach(one -> one.alarm().cancel());
        pending.clear();
    }
}
