// SPDX-License-Identifier: Apache-2.0
package org.cloister.heap;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Told about heaps. Register it as a service (whiteboard); the optional service property {@value #HEAPS} limits it to
 * some heaps.
 */
@ConsumerType
public interface HeapListener {
    /** Service property: names of the heaps to hear about, a {@code String} or {@code String[]}; absent means all. */
    String HEAPS = "heap.names";

    /**
     * Something happened. Called outside all locks, on the thread that made it happen, in order for one heap as far as
     * that thread goes; must be quick. What it throws is logged and otherwise ignored.
     *
     * @param event what happened
     */
    void onEvent(HeapEvent event);
}
