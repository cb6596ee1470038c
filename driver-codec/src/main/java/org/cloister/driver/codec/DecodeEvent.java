// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec;

import org.cloister.heap.HeapException;
import org.cloister.platform.device.PictureFormat;
import org.osgi.annotation.versioning.ProviderType;

/** Something that happened in a {@link DecodeSession}. New kinds come with a major version only. */
@ProviderType
public sealed interface DecodeEvent {
    /**
     * Pictures have this format from now on.
     *
     * @param format of the pictures to come
     */
    record FormatChanged(PictureFormat format) implements DecodeEvent {}

    /**
     * Decoding waits for the heap for pictures and internal memory; it goes on by itself when that is there.
     *
     * @param heap the heap's name
     * @param reason why it is not there
     */
    record WaitingForHeap(String heap, HeapException reason) implements DecodeEvent {}

    /**
     * The next picture in presentation order.
     *
     * @param frame the picture, to be closed by the listener
     */
    record PictureReady(Frame frame) implements DecodeEvent {}

    /**
     * Bitstream could not be decoded; no picture comes of it. Decoding goes on.
     *
     * @param timestamp that it was given with
     * @param reason what is wrong with it
     */
    record StreamError(long timestamp, String reason) implements DecodeEvent {}

    /**
     * The session cannot go on, until it is flushed; work that was not done was cancelled.
     *
     * @param reason {@code FAULT} when the bus blocked an access, {@code NOT_SUPPORTED} when the stream asks for what
     *     the device does not have, {@code REVOKED}, {@code NO_MEMORY}, {@code NOT_PERMITTED} and others of the heap's,
     *     {@code CLOSED} when the device is gone
     */
    record Failed(HeapException reason) implements DecodeEvent {}

    /** All pictures of what was given before {@link DecodeSession#drain} are out. */
    record Drained() implements DecodeEvent {}

    /** All that was given before {@link DecodeSession#flush} is given up. */
    record Flushed() implements DecodeEvent {}
}
