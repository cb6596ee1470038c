// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The way from memory to one panel. The panel keeps its picture (a command-mode panel): the pipe fetches each scene
 * once, when it is shown, and lets go of its memory then.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface DisplayPipe {
    /** How many scenes may wait to be shown. */
    int QUEUE_DEPTH = 8;

    /** The name, unique in its controller. */
    String name();

    /** Under whose name it fetches: each pipe is an initiator of its own, so that a firewall can tell them apart. */
    Initiator initiator();

    /** Whether its path to the panel is closed to everybody else, so that firmware grants it restricted memory. */
    boolean isProtected();

    /** Pixels of a line of the panel. */
    int width();

    /** Lines of the panel. */
    int height();

    /** The most planes of one scene. */
    int maxPlanes();

    /**
     * Queues a scene to be shown after those before it. Returns at once.
     *
     * @param cookie comes back in exactly one event; until then the memory of the scene belongs to the pipe
     * @param scene what to show
     * @param listener told what became of it
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} for planes that are too many, outside the panel,
     *     or in memory that is too short or that the address generator cannot follow; {@code BUSY} when the queue is
     *     full; {@code CLOSED} when the device is gone
     */
    void show(long cookie, Scene scene, DisplayListener listener);
}
