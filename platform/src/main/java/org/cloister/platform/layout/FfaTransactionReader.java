// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reads memory transactions of FF-A 1.0 to 1.2 that somebody else wrote: each step checks that what it is about to read
 * lies within the transaction and says so, and reads each field once, so that a sender that changes it afterwards
 * changes nothing. How far the content obeys FF-A is for the caller to decide; {@link FfaTransaction} insists on it.
 *
 * <p>The steps: {@link #header}, {@link #receiver}, {@link #composite}, {@link #range}; each needs the one before.
 * Allocates nothing, is made once and used for many transactions. Not safe for use by several threads at a time.
 */
@ProviderType
public final class FfaTransactionReader {
    private MemorySegment segment = MemorySegment.NULL;
    private long at;
    private long length;
    private FfaVersion version = FfaVersion.V1_0;

    private int sender;
    private int attributes;
    private int flags;
    private long handle;
    private long tag;
    private long receiverSize;
    private long receiverCount;
    private long receiverOffset;
    private boolean headerReserved;

    private int endpoint;
    private int permissions;
    private int receiverFlags;
    private long compositeOffset;
    private boolean receiverReserved;

    private long pageCount;
    private long rangeCount;
    private boolean compositeReserved;

    private long rangeAddress;
    private long rangePages;
    private boolean rangeReserved;

    /** Makes a reader that has read nothing. */
    public FfaTransactionReader() {
    }

    /**
     * Reads the header of the transaction in the {@code length} bytes from {@code at} on.
     *
     * @param version decides which header it is
     * @return whether it fits; if not, nothing was read
     */
    public boolean header(MemorySegment segment, long at, long length, FfaVersion version) {
        if (at < 0 || length < version.headerSize() || at > segment.byteSize() - length) {
            return false;
        }
        this.segment = segment;
        this.at = at;
        this.length = length;
        this.version = version;
        if (version == FfaVersion.V1_0) {
            header(FfaHeader10.sender(segment, at), FfaHeader10.attributes(segment, at),
                    FfaHeader10.flags(segment, at), FfaHeader10.handle(segment, at), FfaHeader10.tag(segment, at),
                    FfaReceiver.SIZE_UNTIL_1_1, Integer.toUnsignedLong(FfaHeader10.receiverCount(segment, at)),
                    FfaHeader10.SIZE, FfaHeader10.reservedSet(segment, at));
        } else {
            header(FfaHeader11.sender(segment, at), FfaHeader11.attributes(segment, at),
                    FfaHeader11.flags(segment, at), FfaHeader11.handle(segment, at), FfaHeader11.tag(segment, at),
                    Integer.toUnsignedLong(FfaHeader11.receiverSize(segment, at)),
                    Integer.toUnsignedLong(FfaHeader11.receiverCount(segment, at)),
                    Integer.toUnsignedLong(FfaHeader11.receiverOffset(segment, at)),
                    FfaHeader11.reservedSet(segment, at));
        }
        return true;
    }

    private void header(int from, int memory, int how, long known, long tagged, long size, long count, long offset,
            boolean reserved) {
        sender = from;
        attributes = memory;
        flags = how;
        handle = known;
        tag = tagged;
        receiverSize = size;
        receiverCount = count;
        receiverOffset = offset;
        headerReserved = reserved;
    }

    /** Tells whether all receivers lie within the transaction. */
    public boolean receiversFit() {
        // both factors have 32 bits, so that the product has 64 unsigned ones
        return receiverOffset <= length
                && Long.compareUnsigned(receiverCount * receiverSize, length - receiverOffset) <= 0;
    }

    /**
     * Reads the fields that receivers of all versions have.
     *
     * @return whether they fit; if not, nothing was read
     */
    public boolean receiver(long index) {
        if (index < 0 || index >= receiverCount
                || receiverSize != 0 && index > (length - receiverOffset) / receiverSize) {
            return false;
        }
        long offset = receiverOffset + index * receiverSize;
        if (offset > length - FfaReceiver.COMMON_SIZE) {
            return false;
        }
        int size = receiverSize >= FfaReceiver.SIZE ? FfaReceiver.SIZE : FfaReceiver.SIZE_UNTIL_1_1;
        endpoint = FfaReceiver.endpoint(segment, at + offset);
        permissions = FfaReceiver.permissions(segment, at + offset);
        receiverFlags = FfaReceiver.flags(segment, at + offset);
        compositeOffset = Integer.toUnsignedLong(FfaReceiver.compositeOffset(segment, at + offset));
        receiverReserved = size <= length - offset && FfaReceiver.reservedSet(segment, at + offset, size);
        return true;
    }

    /**
     * Reads the composite region of the receiver that was read last.
     *
     * @return whether it fits; if not, nothing was read
     */
    public boolean composite() {
        return compositeAt(compositeOffset);
    }

    /**
     * Reads a composite region.
     *
     * @param offset where it is, counted from the header
     * @return whether it fits; if not, nothing was read
     */
    public boolean compositeAt(long offset) {
        if (offset < 0 || offset > length - FfaComposite.SIZE) {
            return false;
        }
        compositeOffset = offset;
        pageCount = Integer.toUnsignedLong(FfaComposite.pageCount(segment, at + offset));
        rangeCount = Integer.toUnsignedLong(FfaComposite.rangeCount(segment, at + offset));
        compositeReserved = FfaComposite.reservedSet(segment, at + offset);
        return true;
    }

    /** Tells whether all ranges of the composite region lie within the transaction. */
    public boolean rangesFit() {
        return rangesEnd() <= length;
    }

    /** Bytes from the header to the end of the last range of the composite region. */
    public long rangesEnd() {
        return compositeOffset + FfaComposite.SIZE + rangeCount * FfaRange.SIZE;
    }

    /**
     * Reads a range of the composite region.
     *
     * @return whether it fits; if not, nothing was read
     */
    public boolean range(long index) {
        if (index < 0 || index >= rangeCount) {
            return false;
        }
        long offset = compositeOffset + FfaComposite.SIZE + index * FfaRange.SIZE;
        if (offset > length - FfaRange.SIZE) {
            return false;
        }
        rangeAddress = FfaRange.address(segment, at + offset);
        rangePages = Integer.toUnsignedLong(FfaRange.pageCount(segment, at + offset));
        rangeReserved = FfaRange.reservedSet(segment, at + offset);
        return true;
    }

    /** The version by which the header was read. */
    public FfaVersion version() {
        return version;
    }

    /** The sender's endpoint id. */
    public int sender() {
        return sender;
    }

    /** The memory attributes. */
    public int attributes() {
        return attributes;
    }

    /** The transaction's flags. */
    public int flags() {
        return flags;
    }

    /** The handle in the header. */
    public long handle() {
        return handle;
    }

    /** The tag. */
    public long tag() {
        return tag;
    }

    /** Bytes of each receiver. */
    public long receiverSize() {
        return receiverSize;
    }

    /** How many receivers there are. */
    public long receiverCount() {
        return receiverCount;
    }

    /** Where the first receiver is, counted from the header. */
    public long receiverOffset() {
        return receiverOffset;
    }

    /** Whether a reserved field of the header is not zero. */
    public boolean headerReserved() {
        return headerReserved;
    }

    /** The endpoint id of the receiver that was read last. */
    public int endpoint() {
        return endpoint;
    }

    /** The permissions of the receiver that was read last. */
    public int permissions() {
        return permissions;
    }

    /** The flags of the receiver that was read last. */
    public int receiverFlags() {
        return receiverFlags;
    }

    /** Where the composite region of the receiver that was read last is, counted from the header. */
    public long compositeOffset() {
        return compositeOffset;
    }

    /** Whether a reserved field of the receiver that was read last is not zero. */
    public boolean receiverReserved() {
        return receiverReserved;
    }

    /** Pages in all, as the composite region says. */
    public long pageCount() {
        return pageCount;
    }

    /** How many ranges there are. */
    public long rangeCount() {
        return rangeCount;
    }

    /** Whether the reserved field of the composite region is not zero. */
    public boolean compositeReserved() {
        return compositeReserved;
    }

    /** The address of the range that was read last. */
    public long rangeAddress() {
        return rangeAddress;
    }

    /** Pages of the range that was read last. */
    public long rangePages() {
        return rangePages;
    }

    /** Whether the reserved field of the range that was read last is not zero. */
    public boolean rangeReserved() {
        return rangeReserved;
    }
}
