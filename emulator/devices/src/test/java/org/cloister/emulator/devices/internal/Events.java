// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** What a device says in a test. Safe for use by any thread. */
public final class Events<E> {
    private final BlockingQueue<E> told = new LinkedBlockingQueue<>();

    /** The listener. */
    public void on(E event) {
        told.add(event);
    }

    /** The next event, which is to be of a kind. */
    public <T extends E> T next(Class<T> kind) {
        try {
            E event = told.poll(60, TimeUnit.SECONDS);
            assertThat(event).isInstanceOf(kind);
            return kind.cast(event);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Nothing more was said. */
    public void none() {
        assertThat(told).isEmpty();
    }

    /** A call is refused with an error. */
    public static void refused(HeapError error, Runnable call) {
        assertThatExceptionOfType(HeapException.class).isThrownBy(call::run)
                .satisfies(e -> assertThat(e.error()).as(e.getMessage()).isEqualTo(error));
    }
}
