// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.cloister.platform.BusFault;
import org.osgi.annotation.versioning.ProviderType;

/** What became of a capture; its memory belongs to the driver again. New kinds come with a major version only. */
@ProviderType
public sealed interface CaptureEvent {
    /** Of the capture. */
    long cookie();

    /**
     * The picture is there.
     *
     * @param cookie of the capture
     * @param frame counts pictures, from 0
     */
    record Captured(long cookie, long frame) implements CaptureEvent {}

    /**
     * The bus blocked the camera.
     *
     * @param cookie of the capture
     * @param fault who, where, and why
     */
    record Blocked(long cookie, BusFault fault) implements CaptureEvent {}

    /**
     * There is no picture, because the device stops.
     *
     * @param cookie of the capture
     */
    record GivenUp(long cookie) implements CaptureEvent {}
}
