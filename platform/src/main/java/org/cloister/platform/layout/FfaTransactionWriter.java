// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Writes memory transactions of FF-A 1.0 to 1.2: {@link #begin}, each {@link #receiver}, each {@link #range},
 * {@link #end}. How much room one takes says {@link #size}.
 *
 * <p>Allocates nothing, is made once and used for many transactions. What leaves the segment is refused with
 * {@link IndexOutOfBoundsException}, steps out of order with {@link IllegalStateException}. Not safe for use by several
 * threads at a time.
 */
@ProviderType
public final class FfaTransactionWriter {
    private MemorySegment segment = MemorySegment.NULL;
    private long at;
    private FfaVersion version = FfaVersion.V1_2;
    private int receivers;
    private int receiversWritten;
    private long compositeOffset;
    private int ranges;
    private long pages;
    private boolean begun;

    /** Makes a writer. */
    public FfaTransactionWriter() {
    }

    /** Bytes of a transaction. */
    public static long size(FfaVersion version, int receivers, int ranges) {
        return compositeOffset(version, receivers) + FfaComposite.SIZE + (long) ranges * FfaRange.SIZE;
    }

    private static long compositeOffset(FfaVersion version, int receivers) {
        return version.headerSize() + (long) receivers * version.receiverSize();
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
        if (receivers < 1 || receivers > 255) {
            throw new IllegalArgumentException("a memory transaction has 1 to 255 receivers, not " + receivers);
        }
        this.segment = segment;
        this.at = at;
        this.version = version;
        this.receivers = receivers;
        receiversWritten = 0;
        compositeOffset = compositeOffset(version, receivers);
        ranges = 0;
        pages = 0;
        begun = true;
        if (version == FfaVersion.V1_0) {
            FfaHeader10.write(segment, at, sender, attributes, flags, tag, receivers);
        } else {
            FfaHeader11.write(segment, at, sender, attributes, flags, tag, version.receiverSize(), receivers);
        }
        return this;
    }

    /** Writes the next receiver. */
    public FfaTransactionWriter receiver(int endpoint, int permissions) {
        if (!begun || receiversWritten == receivers) {
            throw new IllegalStateException("no receiver is due: %d of %d written".formatted(
                    receiversWritten, receivers));
        }
        FfaReceiver.write(segment, at + version.headerSize() + (long) receiversWritten * version.receiverSize(),
                version.receiverSize(), endpoint, permissions, (int) compositeOffset);
        receiversWritten++;
        return this;
    }

    /** Writes the next range. */
    public FfaTransactionWriter range(long address, int pageCount) {
        if (!begun || receiversWritten != receivers) {
            throw new IllegalStateException("no range is due: %d of %d receivers written".formatted(
                    receiversWritten, receivers));
        }
        FfaRange.write(segment, at + compositeOffset + FfaComposite.SIZE + (long) ranges * FfaRange.SIZE,
                address, pageCount);
        ranges++;
        pages += Integer.toUnsignedLong(pageCount);
        return this;
    }

    /**
     * Ends the transaction.
     *
     * @return its length in bytes
     */
    public long end() {
        if (!begun || ranges == 0 || pages > 0xFFFFFFFFL) {
            throw new IllegalStateException("a memory transaction needs ranges of 1 to 2^32-1 pages, not " + pages);
        }
        begun = false;
        FfaComposite.write(segment, at + compositeOffset, (int) pages, ranges);
        return compositeOffset + FfaComposite.SIZE + (long) ranges * FfaRange.SIZE;
    }
}
