// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Writes memory transactions of FF-A 1.0 to 1.2: {@link #begin}, each {@link #receiver}, each {@link #range},
 * {@link #end}, which writes it all at once. How much room one takes says {@link #size}.
 *
 * <p>Made once and used for many transactions: allocates only when one is longer than any before it, and longer than a
 * page. What leaves the segment is refused with {@link IndexOutOfBoundsException}, steps out of order with
 * {@link IllegalStateException}. Not safe for use by several threads at a time.
 */
@ProviderType
public final class FfaTransactionWriter {
    private static final long MAX_LENGTH = 0xFFFF_FFFFL;
    private static final int RANGE_WORDS = FfaRange.SIZE / Long.BYTES;
    private static final int COMPOSITE_WORDS = FfaComposite.SIZE / Long.BYTES;
    private static final int NOT_BEGUN = -1;

    private long[] words = new long[FfaRange.PAGE_SIZE / Long.BYTES];
    private MemorySegment segment = MemorySegment.NULL;
    private long at;
    private int receiversDue = NOT_BEGUN;
    private int receiverWords;
    private int nextReceiver; // this and those that follow count words
    private int composite;
    private int written;
    private int room; // of the array or of the segment, where that is less
    private long pages;

    /** Makes a writer. */
    public FfaTransactionWriter() {
    }

    /** Bytes of a transaction. */
    public static long size(FfaVersion version, int receivers, int ranges) {
        return version.headerSize() + (long) receivers * version.receiverSize() + FfaComposite.SIZE
                + (long) ranges * FfaRange.SIZE;
    }

    /**
     * Begins a transaction.
     *
     * @param segment where to write
     * @param at offset of the header in the segment
     * @param version decides the structures
     * @param sender endpoint id of the sender
     * @param attributes memory attributes; zero for memory that is lent
     * @param flags flags of the transaction
     * @param tag for the receiver; OP-TEE takes the use case of lent memory from it
     * @param receivers how many receivers will be written, 1 to 255
     */
    public FfaTransactionWriter begin(MemorySegment segment, long at, FfaVersion version, int sender, int attributes,
            int flags, long tag, int receivers) {
        receiversDue = NOT_BEGUN;
        if (receivers < 1 || receivers > 255) {
            throw new IllegalArgumentException("a memory transaction has 1 to 255 receivers, not " + receivers);
        }
        receiverWords = version.receiverSize() / Long.BYTES;
        nextReceiver = version.headerSize() / Long.BYTES;
        composite = nextReceiver + receivers * receiverWords;
        written = composite + COMPOSITE_WORDS;
        Objects.checkFromIndexSize(at, (long) written * Long.BYTES, segment.byteSize());
        this.segment = segment;
        this.at = at;
        if (written > words.length) {
            words = new long[2 * written];
        }
        limit();
        pages = 0;
        if (version == FfaVersion.V1_0) {
            FfaHeader10.write(words, sender, attributes, flags, tag, receivers);
        } else {
            FfaHeader11.write(words, sender, attributes, flags, tag, version.receiverSize(), receivers);
        }
        receiversDue = receivers;
        return this;
    }

    private void limit() {
        room = (int) Math.min(words.length, Math.min(segment.byteSize() - at, MAX_LENGTH) / Long.BYTES);
    }

    /** Writes the next receiver. */
    public FfaTransactionWriter receiver(int endpoint, int permissions) {
        if (receiversDue <= 0) {
            throw new IllegalStateException("no receiver is due");
        }
        FfaReceiver.write(words, nextReceiver, receiverWords, endpoint, permissions, composite * Long.BYTES);
        nextReceiver += receiverWords;
        receiversDue--;
        return this;
    }

    /** Writes the next range. */
    public FfaTransactionWriter range(long address, int pageCount) {
        if (receiversDue != 0) {
            throw new IllegalStateException("no range is due, %d receivers are".formatted(receiversDue));
        }
        if (written > room - RANGE_WORDS) {
            grow();
        }
        FfaRange.write(words, written, address, pageCount);
        written += RANGE_WORDS;
        pages += Integer.toUnsignedLong(pageCount);
        return this;
    }

    private void grow() {
        Objects.checkFromIndexSize(at + (long) written * Long.BYTES, FfaRange.SIZE, segment.byteSize());
        words = Arrays.copyOf(words, Math.max(2 * words.length, written + RANGE_WORDS));
        limit();
    }

    /**
     * Ends the transaction.
     *
     * @return its length in bytes
     */
    public long end() {
        int rangeWords = written - composite - COMPOSITE_WORDS;
        if (receiversDue != 0 || rangeWords == 0 || pages > 0xFFFFFFFFL) {
            throw new IllegalStateException("a memory transaction needs ranges of 1 to 2^32-1 pages, not " + pages);
        }
        receiversDue = NOT_BEGUN;
        FfaComposite.write(words, composite, (int) pages, rangeWords / RANGE_WORDS);
        MemorySegment.copy(words, 0, segment, Fields.U64, at, written);
        return (long) written * Long.BYTES;
    }
}
