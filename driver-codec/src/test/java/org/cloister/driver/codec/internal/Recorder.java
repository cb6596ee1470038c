// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeListener;

/** Hears events of a session and lets a test wait for one. */
final class Recorder implements DecodeListener {
    private static final long DEADLINE_SECONDS = 60;

    private final BlockingQueue<DecodeEvent> events = new LinkedBlockingQueue<>();
    final List<DecodeEvent> seen = new ArrayList<>();

    @Override
    public void on(DecodeEvent event) {
        events.add(event);
    }

    <T extends DecodeEvent> T await(Class<T> kind) {
        while (true) {
            DecodeEvent event;
            try {
                event = events.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertThat(event).as("%s, after %s", kind.getSimpleName(), seen).isNotNull();
            seen.add(event);
            if (kind.isInstance(event)) {
                return kind.cast(event);
            }
        }
    }
}
