// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A memory transaction of FF-A 1.0 to 1.2 whose whole structure was checked: a copy, so that a sender that changes its own
 * while or after it is checked changes nothing. For those who insist on the rules; {@link FfaTransactionReader} is for
 * those who read what the rules forbid, too.
 *
 * <p>Made once and used for many transactions: allocates only when one is longer than any before it, and longer than a
 * page. Not safe for use by several threads at a time.
 */
@ProviderType
public final class FfaTransaction {
    private static final long MAX_LENGTH = 0xFFFF_FFFFL;
    private static final int RANGE_WORDS = FfaRange.SIZE / Long.BYTES;
    private static final int PAGE_BITS = 12;
    private static final int ADDRESS_BITS = Long.SIZE - PAGE_BITS; // of a page's number

    // Fields are read by eight bytes, whichever are in them, for that costs as much as there are accesses. Not by a
    // method of its own, as a just-in-time compiler gives up inlining such methods when there are many accesses.
    private static final VarHandle WORD = Fields.U64.varHandle().withInvokeExactBehavior();
    private static final long HANDLE = Fields.offset(FfaHeader11.LAYOUT, "handle");
    private static final long TAG = Fields.offset(FfaHeader11.LAYOUT, "tag");
    private static final long RESERVED_AND_COUNT_1_0 = Fields.offset(FfaHeader10.LAYOUT, "reserved1");
    private static final long SIZE_AND_COUNT = Fields.offset(FfaHeader11.LAYOUT, "receiver_size");
    private static final long OFFSET_AND_RESERVED = Fields.offset(FfaHeader11.LAYOUT, "receiver_offset");
    private static final long RESERVED = Fields.offset(FfaHeader11.LAYOUT, "reserved1");
    private static final long RECEIVER_RESERVED = Fields.offset(FfaReceiver.LAYOUT, "reserved");
    private static final long RECEIVER_RESERVED_UNTIL_1_1 = Fields.offset(FfaReceiver.LAYOUT, "implementation0");
    private static final long COMPOSITE_RESERVED = Fields.offset(FfaComposite.LAYOUT, "reserved");

    private long[] words = new long[FfaRange.PAGE_SIZE / Long.BYTES]; // of receivers the first one, then ranges
    private long first; // of the header
    private long handle;
    private long tag;
    private long receiverSize;
    private long receiverCount;
    private long receiverOffset;
    private long compositeOffset;
    private long pageCount;
    private long rangeCount;
    private long reserved; // a bit is set when it is in any reserved field
    private int receivers;
    private int ranges;

    /** Makes a transaction without receivers and ranges. */
    public FfaTransaction() {
    }

    /**
     * Copies a transaction, each field once, and checks it. Afterwards this one has what that one says, or neither receivers
     * nor ranges where something is wrong; its other fields are then undefined.
     *
     * @param segment where it is
     * @param at offset of the header in the segment
     * @param length bytes from the header on, of which the first ones, fewer than 4 GiB, are the transaction
     * @param version decides which header it is
     * @return the first thing that is wrong, or {@code NONE}
     */
    public FfaMalformation read(MemorySegment segment, long at, long length, FfaVersion version) {
        receivers = 0;
        ranges = 0;
        if (at < 0 || length < version.headerSize() || at > segment.byteSize() - length) {
            return FfaMalformation.HEADER;
        }
        first = (long) WORD.get(segment, at);
        handle = (long) WORD.get(segment, at + HANDLE);
        tag = (long) WORD.get(segment, at + TAG);
        if (version == FfaVersion.V1_0) {
            long count = (long) WORD.get(segment, at + RESERVED_AND_COUNT_1_0);
            receiverSize = FfaReceiver.SIZE_UNTIL_1_1;
            receiverCount = count >>> Integer.SIZE;
            receiverOffset = FfaHeader10.SIZE;
            reserved = FfaHeader10.reserved(first) | count & Fields.LOWER;
        } else {
            long count = (long) WORD.get(segment, at + SIZE_AND_COUNT);
            long offset = (long) WORD.get(segment, at + OFFSET_AND_RESERVED);
            receiverSize = count & Fields.LOWER;
            receiverCount = count >>> Integer.SIZE;
            receiverOffset = offset & Fields.LOWER;
            reserved = offset >>> Integer.SIZE | (long) WORD.get(segment, at + RESERVED);
        }
        long counted = Math.min(length, MAX_LENGTH);
        FfaMalformation found = takeReceivers(segment, at, counted, version);
        if (found == FfaMalformation.NONE) {
            found = takeComposite(segment, at, counted);
        }
        if (found == FfaMalformation.NONE) {
            found = takeRanges(segment, at);
        }
        if (found == FfaMalformation.NONE) {
            receivers = (int) receiverCount;
            ranges = (int) rangeCount;
        }
        return found;
    }

    private FfaMalformation takeReceivers(MemorySegment segment, long at, long length, FfaVersion version) {
        if (receiverCount == 0) {
            return FfaMalformation.NO_RECEIVER;
        }
        if (receiverSize < FfaReceiver.SIZE_UNTIL_1_1 || receiverSize % 16 != 0) {
            return FfaMalformation.RECEIVER_SIZE;
        }
        if (receiverOffset < version.headerSize() || receiverOffset % 16 != 0) {
            return FfaMalformation.RECEIVER_OFFSET;
        }
        // both factors have 32 bits, so that the product has 64 unsigned ones
        if (receiverOffset > length
                || Long.compareUnsigned(receiverCount * receiverSize, length - receiverOffset) > 0) {
            return FfaMalformation.RECEIVERS;
        }
        int many = (int) receiverCount;
        ensure(many);
        long last = receiverSize >= FfaReceiver.SIZE ? RECEIVER_RESERVED : RECEIVER_RESERVED_UNTIL_1_1;
        long from = at + receiverOffset;
        long rest = 0;
        for (int i = 0; i < many; i++) {
            long word = (long) WORD.get(segment, from + i * receiverSize);
            rest |= (long) WORD.get(segment, from + i * receiverSize + last);
            words[i] = word;
            if (i == 0) {
                compositeOffset = FfaReceiver.compositeOffset(word);
            } else if (compositeOffset != FfaReceiver.compositeOffset(word)) {
                return FfaMalformation.DIFFERENT_COMPOSITES;
            }
        }
        reserved |= rest;
        return FfaMalformation.NONE;
    }

    private FfaMalformation takeComposite(MemorySegment segment, long at, long length) {
        if (compositeOffset < receiverOffset + receiverCount * receiverSize || compositeOffset % 16 != 0) {
            return FfaMalformation.COMPOSITE_OFFSET;
        }
        if (compositeOffset > length - FfaComposite.SIZE) {
            return FfaMalformation.COMPOSITE;
        }
        long counts = (long) WORD.get(segment, at + compositeOffset);
        reserved |= (long) WORD.get(segment, at + compositeOffset + COMPOSITE_RESERVED);
        pageCount = counts & Fields.LOWER;
        rangeCount = counts >>> Integer.SIZE;
        if (rangeCount == 0) {
            return FfaMalformation.NO_RANGE;
        }
        return rangeCount * FfaRange.SIZE > length - compositeOffset - FfaComposite.SIZE
                ? FfaMalformation.RANGES : FfaMalformation.NONE;
    }

    private FfaMalformation takeRanges(MemorySegment segment, long base) {
        int many = (int) rangeCount;
        int at = (int) receiverCount;
        ensure(at + many * RANGE_WORDS);
        long[] to = words;
        // Most transactions are right: look for any mistake at first, and only then for the first one. A bit of these
        // is set when it is in any range.
        long numbers = 0; // of first and last pages, the bits that addresses have below the pages' at the top
        long behind = 0; // pages behind the first one; reserved fields in the upper half, which is set, too, without pages
        long sum = 0; // of pages and reserved fields
        long from = base + compositeOffset + FfaComposite.SIZE;
        for (int i = 0; i < many; i++) {
            long address = (long) WORD.get(segment, from + (long) i * FfaRange.SIZE);
            long pages = (long) WORD.get(segment, from + (long) i * FfaRange.SIZE + Long.BYTES);
            to[at + i * RANGE_WORDS] = address;
            to[at + i * RANGE_WORDS + 1] = pages;
            long number = Long.rotateRight(address, PAGE_BITS);
            numbers |= number | number + pages - 1;
            behind |= pages - 1;
            sum += pages;
        }
        boolean right = numbers >>> ADDRESS_BITS == 0 && behind >>> Integer.SIZE == 0 && sum == pageCount && reserved == 0;
        return right ? FfaMalformation.NONE : firstMistake(at, many);
    }

    private FfaMalformation firstMistake(int from, int many) {
        long sum = 0;
        for (int i = from; i < from + many * RANGE_WORDS; i += RANGE_WORDS) {
            long pages = FfaRange.pageCount(words, i);
            if (pages == 0) {
                return FfaMalformation.EMPTY_RANGE;
            }
            if (words[i] % FfaRange.PAGE_SIZE != 0) {
                return FfaMalformation.ALIGNMENT;
            }
            // pages are fewer than 2^32, so that only the unsigned end can wrap
            if (Long.compareUnsigned(words[i] + pages * FfaRange.PAGE_SIZE - 1, words[i]) < 0) {
                return FfaMalformation.WRAP;
            }
            sum += pages;
        }
        return sum != pageCount ? FfaMalformation.PAGE_COUNT : FfaMalformation.RESERVED;
    }

    private void ensure(int count) {
        if (count > words.length) {
            words = Arrays.copyOf(words, count);
        }
    }

    /** The sender's endpoint id. */
    public int sender() {
        return (int) first & 0xFFFF;
    }

    /** The memory attributes. */
    public int attributes() {
        return (int) first >>> 16;
    }

    /** The transaction's flags. */
    public int flags() {
        return (int) (first >>> Integer.SIZE);
    }

    /** The handle in the header. */
    public long handle() {
        return handle;
    }

    /** The tag. */
    public long tag() {
        return tag;
    }

    /** How many receivers there are. */
    public int receivers() {
        return receivers;
    }

    /** The endpoint id of a receiver. */
    public int endpoint(int receiver) {
        return FfaReceiver.endpoint(words[Objects.checkIndex(receiver, receivers)]);
    }

    /** The permissions of a receiver. */
    public int permissions(int receiver) {
        return FfaReceiver.permissions(words[Objects.checkIndex(receiver, receivers)]);
    }

    /** The flags of a receiver. */
    public int receiverFlags(int receiver) {
        return FfaReceiver.flags(words[Objects.checkIndex(receiver, receivers)]);
    }

    /** Pages of 4 KiB that all ranges have together. */
    public long pageCount() {
        return pageCount;
    }

    /** How many ranges there are. */
    public int ranges() {
        return ranges;
    }

    /** The physical address of the first page of a range. */
    public long address(int range) {
        return words[receivers + Objects.checkIndex(range, ranges) * RANGE_WORDS];
    }

    /** How many pages of 4 KiB a range has. */
    public long pages(int range) {
        return FfaRange.pageCount(words, receivers + Objects.checkIndex(range, ranges) * RANGE_WORDS);
    }
}
