// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.cloister.platform.BusFault;
import org.osgi.annotation.versioning.ProviderType;

/** What became of a scene. New kinds come with a major version only. */
@ProviderType
public sealed interface DisplayEvent {
    /** Of the scene. */
    long cookie();

    /**
     * The panel shows the scene. Its memory belongs to the driver again.
     *
     * @param cookie of the scene
     * @param sequence counts what the panel has shown, from 1
     */
    record Shown(long cookie, long sequence) implements DisplayEvent {}

    /**
     * The bus blocked a fetch: the panel shows the scene with the plane in black. The memory of the scene belongs to
     * the driver again.
     *
     * @param cookie of the scene
     * @param sequence counts what the panel has shown, from 1
     * @param plane the index of the first plane that was blocked
     * @param fault who, where, and why
     */
    record Blocked(long cookie, long sequence, int plane, BusFault fault) implements DisplayEvent {}

    /**
     * The scene needs protection and the pipe is not protected: black is shown instead. When the scene was queued
     * before the pipe lost its protection, its memory may have been fetched. It belongs to the driver again.
     *
     * @param cookie of the scene
     * @param sequence counts what the panel has shown, from 1
     */
    record Unprotected(long cookie, long sequence) implements DisplayEvent {}

    /**
     * The scene was not shown, because the device stops. Its memory belongs to the driver again.
     *
     * @param cookie of the scene
     */
    record GivenUp(long cookie) implements DisplayEvent {}
}
