// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import org.cloister.heap.HeapError;
import org.cloister.platform.BusFault;
import org.osgi.annotation.versioning.ProviderType;

/** What became of a picture; its memory belongs to the driver again. New kinds come with a major version only. */
@ProviderType
public sealed interface EncoderEvent {
    /** Of the picture. */
    long cookie();

    /**
     * The access unit is there.
     *
     * @param cookie of the picture
     * @param length bytes of the access unit
     * @param key whether decoding can begin with it
     */
    record Encoded(long cookie, long length, boolean key) implements EncoderEvent {}

    /**
     * The bus blocked the encoder.
     *
     * @param cookie of the picture
     * @param fault who, where, and why
     */
    record Blocked(long cookie, BusFault fault) implements EncoderEvent {}

    /**
     * There is no access unit.
     *
     * @param cookie of the picture
     * @param error {@code OUT_OF_BOUNDS} when it is longer than its memory, {@code CLOSED} when the stream or the device
     *     stops, {@code FAULT} when it broke down
     * @param reason what is wrong
     */
    record Failed(long cookie, HeapError error, String reason) implements EncoderEvent {}
}
