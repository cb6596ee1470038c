// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.Optional;
import org.cloister.platform.Initiator;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The way from memory to one panel. The panel keeps its picture (a command-mode panel): the pipe fetches each scene
 * once, when it is shown, and lets go of its memory then. There are two picture memories at the panel, one for scenes
 * and one for an overlay, which lies above all scenes; each keeps what it has while the other one changes.
 *
 * <p>A protected pipe notices when somebody gets at the way to the panel: then both picture memories are blank at once,
 * and what needs protection is black until the pipe is protected again.
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

    /**
     * Whether its path to the panel is closed to everybody else, now; firmware grants restricted memory only to pipes
     * that can be.
     */
    boolean isProtected();

    /**
     * Says who is told when the pipe gains or loses its protection, on the device's thread and in order with the events
     * of scenes; replaces who was told before.
     */
    void onProtectionChange(Runnable listener);

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

    /**
     * Queues a change of the overlay, behind scenes and overlays that wait. Returns at once. An overlay always needs
     * protection.
     *
     * @param cookie comes back in exactly one event; until then the memory belongs to the pipe
     * @param plane the overlay; empty for none
     * @param listener told what became of it; the index of the plane is 0
     * @throws org.cloister.heap.HeapException as {@link #show}
     */
    void overlay(long cookie, Optional<Scene.Plane> plane, DisplayListener listener);
}
