// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.device;

import java.util.List;
import org.cloister.heap.HeapError;
import org.cloister.platform.BusFault;
import org.osgi.annotation.versioning.ProviderType;

/** Something that happened in a {@link DecoderSession}. New kinds come with a major version only. */
@ProviderType
public sealed interface DecoderEvent {
    /**
     * The next picture has another format than those before it, or is the first. The decoder waits until memory of
     * sufficient size is queued for it.
     *
     * @param format of the pictures to come
     * @param frames how many pictures' worth of memory must be queued at a time, so that decoding can go on
     */
    record SourceChange(PictureFormat format, int frames) implements DecoderEvent {}

    /**
     * The decoder wants memory to work in, all of this and no more, and waits until it is lent. What does not fit what it
     * wants was returned before.
     *
     * @param needs by purpose
     */
    record MemoryWanted(List<InternalNeed> needs) implements DecoderEvent {
        /** Copies the needs. */
        public MemoryWanted {
            needs = List.copyOf(needs);
        }
    }

    /**
     * Memory that was lent belongs to the driver again.
     *
     * @param cookie of the descriptor
     */
    record MemoryReturned(long cookie) implements DecoderEvent {}

    /**
     * An access unit was read, or given up; its memory belongs to the driver again.
     *
     * @param cookie of the descriptor
     */
    record BitstreamDone(long cookie) implements DecoderEvent {}

    /**
     * A picture was written; its memory belongs to the driver again. Pictures come in presentation order.
     *
     * @param cookie of the descriptor
     * @param timestamp that was queued with the bitstream of this picture
     * @param format of this picture
     * @param damaged whether part of it had to be guessed
     */
    record FrameDone(long cookie, long timestamp, PictureFormat format, boolean damaged) implements DecoderEvent {}

    /**
     * Memory for a picture was not used, or not completely; its content is undefined. It belongs to the driver again.
     *
     * @param cookie of the descriptor
     * @param reason why it was not used
     */
    record FrameReturned(long cookie, Reason reason) implements DecoderEvent {
        /** Why memory was not used. */
        public enum Reason {
            /** The picture that is to be written next is larger. */
            TOO_SMALL,
            /** It was cancelled, or the session was flushed or halted. */
            GIVEN_UP
        }
    }

    /**
     * Bitstream could not be decoded; no picture comes of it. Decoding goes on with the next access unit.
     *
     * @param timestamp that was queued with it
     * @param reason what is wrong with it
     */
    record StreamError(long timestamp, String reason) implements DecoderEvent {}

    /**
     * The bus blocked an access of the decoder. The session is halted, all its memory was returned.
     *
     * @param fault who, where, and why
     */
    record Blocked(BusFault fault) implements DecoderEvent {}

    /**
     * The session cannot go on. It is halted, all its memory was returned.
     *
     * @param error {@code NOT_SUPPORTED} when the stream asks for what the device does not have, {@code CLOSED} when
     *     the device is gone, {@code FAULT} when it broke down
     * @param reason what happened
     */
    record Halted(HeapError error, String reason) implements DecoderEvent {}

    /** All pictures of the bitstream queued before {@link DecoderSession#drain} were written. */
    record Drained() implements DecoderEvent {}

    /** All that was queued before {@link DecoderSession#flush} was returned. */
    record Flushed() implements DecoderEvent {}
}
