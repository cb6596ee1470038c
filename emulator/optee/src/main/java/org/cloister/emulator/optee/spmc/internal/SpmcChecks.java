// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import static org.cloister.emulator.optee.spmc.internal.Check.always;
import static org.cloister.emulator.optee.spmc.internal.Check.strict;
import static org.cloister.platform.conduit.FfaStatus.DENIED;
import static org.cloister.platform.conduit.FfaStatus.INVALID_PARAMETERS;
import static org.cloister.platform.conduit.FfaStatus.NO_MEMORY;

import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaReceiver;

/**
 * Every rule that the partition manager checks, in the order in which it does: the one place that decides what is
 * refused, and how. {@link Check#always} rules are OP-TEE's own, in its order and with its status; {@link Check#strict}
 * rules are those of FF-A that OP-TEE is lax about.
 */
final class SpmcChecks {
    /** FFA_MEM_SHARE and FFA_MEM_LEND: the registers. */
    static final CheckList<MemorySend> SEND_CALL = CheckList.of(
            always("send.mbz", INVALID_PARAMETERS, "x5 to x7 are zero", send -> send.mbz() == 0),
            always("send.fragment-in-total", INVALID_PARAMETERS, "a fragment is not longer than the whole",
                    send -> Long.compareUnsigned(send.fragment(), send.total()) <= 0),
            always("send.pages-without-address", INVALID_PARAMETERS, "without an address there is no page count",
                    send -> send.ownBuffer() || send.bufferPages() == 0));

    /** FFA_MEM_SHARE and FFA_MEM_LEND: a descriptor in the caller's TX buffer. */
    static final CheckList<MemorySend> SEND_IN_TX = CheckList.of(
            always("send.tx-mapped", DENIED, "there is a TX buffer", send -> send.buffers().isMapped()),
            always("send.fragment-in-tx", DENIED, "the fragment fits in the TX buffer",
                    send -> send.fragment() <= send.buffers().size()));

    /** FFA_MEM_SHARE and FFA_MEM_LEND: a descriptor in memory of the caller's choice. */
    static final CheckList<MemorySend> SEND_IN_OWN = CheckList.of(
            always("send.own-normal", INVALID_PARAMETERS, "the buffer is normal memory", MemorySend::ownIsNormal),
            always("send.fragment-in-own", INVALID_PARAMETERS, "the fragment fits in the buffer",
                    send -> send.fragment() <= send.ownLength()),
            always("send.own-mappable", NO_MEMORY, "the buffer is not larger than what can be mapped",
                    MemorySend::ownIsMappable),
            always("send.own-aligned", INVALID_PARAMETERS, "the buffer begins at a page", MemorySend::ownIsAligned));

    /** FFA_MEM_SHARE and FFA_MEM_LEND: how much of the descriptor is there. */
    static final CheckList<MemorySend> SEND_WHOLE = CheckList.of(
            always("send.whole", INVALID_PARAMETERS, "the descriptor comes in one piece",
                    send -> send.fragment() == send.total()));

    /** The descriptor's header and receivers. */
    static final CheckList<MemorySend> HEADER = CheckList.of(
            always("header.fits", INVALID_PARAMETERS, "the header fits", MemorySend::readHeader),
            always("header.attributes-byte", INVALID_PARAMETERS, "attributes fit in a byte",
                    send -> send.reader().attributes() <= 0xFF),
            always("header.flags-byte", INVALID_PARAMETERS, "flags fit in a byte",
                    send -> Integer.compareUnsigned(send.reader().flags(), 0xFF) <= 0),
            always("header.receiver-size-byte", INVALID_PARAMETERS, "a receiver is not longer than 255 bytes",
                    send -> send.reader().receiverSize() <= 0xFF),
            always("header.receiver-count-byte", INVALID_PARAMETERS, "there are at most 255 receivers",
                    send -> send.reader().receiverCount() <= 0xFF),
            always("header.receiver-offset-short", INVALID_PARAMETERS, "receivers begin within 64 KiB",
                    send -> send.reader().receiverOffset() <= 0xFFFF),
            always("header.receiver-offset-aligned", INVALID_PARAMETERS, "receivers begin at a multiple of 16",
                    send -> send.reader().receiverOffset() % 16 == 0),
            always("header.receivers-fit", INVALID_PARAMETERS, "the receivers fit",
                    send -> send.reader().receiversFit()),
            strict("header.sender", "the sender is the caller", send -> send.reader().sender() == 0),
            strict("header.reserved", "reserved fields of the header are zero",
                    send -> !send.reader().headerReserved()),
            strict("header.flags", "flags are those that a sender may set", MemorySend::flagsAreDefined),
            strict("header.receiver-size", "receivers have a length that FF-A defines",
                    send -> send.reader().receiverSize() >= FfaReceiver.SIZE_UNTIL_1_1
                            && send.reader().receiverSize() % 16 == 0),
            strict("header.receiver-offset", "receivers are behind the header",
                    send -> send.reader().receiverOffset() >= send.reader().version().headerSize()),
            always("header.attributes", INVALID_PARAMETERS,
                    "memory that is shared is normal, write-back, inner shareable; lent memory has no attributes",
                    send -> send.reader().attributes() == (send.isShare() ? MemorySend.SHARED_ATTRIBUTES : 0)),
            always("receivers.name-the-os", INVALID_PARAMETERS, "the trusted OS is among the receivers",
                    MemorySend::findReceiver),
            always("receivers.permissions", INVALID_PARAMETERS, "it may read and write, and nothing else is said",
                    send -> send.permissions() == FfaReceiver.READ_WRITE),
            strict("receivers.alone", "there is one receiver, as there is one partition",
                    send -> send.reader().receiverCount() == 1),
            strict("receivers.flags", "a sender sets no flags of a receiver", send -> send.receiverFlags() == 0),
            strict("receivers.reserved", "reserved fields of a receiver are zero",
                    send -> !send.receiverReserved()));

    /** The descriptor's composite region. */
    static final CheckList<MemorySend> COMPOSITE = CheckList.of(
            always("composite.fits", INVALID_PARAMETERS, "the composite region fits", MemorySend::readComposite),
            always("composite.aligned", INVALID_PARAMETERS, "the composite region begins at a multiple of 8",
                    send -> send.compositeOffset() % 8 == 0),
            strict("composite.aligned-16", "the composite region begins at a multiple of 16",
                    send -> send.compositeOffset() % 16 == 0),
            strict("composite.behind", "the composite region is behind the receivers",
                    send -> send.compositeOffset() >= send.reader().receiverOffset()
                            + send.reader().receiverCount() * send.reader().receiverSize()),
            strict("composite.reserved", "the reserved field of the composite region is zero",
                    send -> !send.compositeReserved()),
            always("composite.pages", INVALID_PARAMETERS, "there are pages", send -> send.pageCount() != 0),
            always("composite.ranges", INVALID_PARAMETERS, "there are ranges", send -> send.rangeCount() != 0),
            always("composite.ranges-fit", INVALID_PARAMETERS, "the ranges fit",
                    send -> send.rangesEnd() <= send.total()),
            strict("composite.end", "the descriptor ends with the last range",
                    send -> send.rangesEnd() == send.total()));

    /** What the memory is to be. */
    static final CheckList<MemorySend> PURPOSE = CheckList.of(
            always("purpose.handle", NO_MEMORY, "the sender chooses no handle",
                    send -> send.reader().handle() == 0 || send.reader().handle() == -1),
            always("purpose.use-case", NO_MEMORY, "lent memory has a tag that is a use case",
                    MemorySend::knowsUseCase),
            strict("purpose.lend-protects", "lent memory is for a use case that protects it",
                    send -> send.isShare() || send.useCase() != 0),
            strict("purpose.handle-zero", "the handle is zero", send -> send.reader().handle() == 0));

    /** The ranges, each in turn. */
    static final CheckList<MemorySend> RANGE = CheckList.of(
            always("range.pages-in-total", INVALID_PARAMETERS, "ranges have no more pages than the region says",
                    send -> send.pagesSoFar() + send.rangePages() <= send.pageCount()),
            always("range.normal", INVALID_PARAMETERS, "a range is normal memory", MemorySend::rangeIsNormal),
            always("range.contiguous", INVALID_PARAMETERS, "ranges of memory to be protected follow each other",
                    MemorySend::rangeFollows),
            strict("range.pages", "a range has pages", send -> send.rangePages() != 0),
            strict("range.aligned", "a range begins at a page", send -> send.rangeAddress() % 4096 == 0),
            strict("range.reserved", "the reserved field of a range is zero", send -> !send.rangeReserved()),
            strict("range.once", "no page is named twice", MemorySend::rangeIsNew));

    /** All ranges together. */
    static final CheckList<MemorySend> RANGES = CheckList.of(
            always("ranges.total", INVALID_PARAMETERS, "ranges have as many pages as the region says",
                    send -> send.pagesSoFar() == send.pageCount()));

    /** The first fragment of a transaction, where fragments are taken. */
    static final CheckList<MemorySend> FIRST_FRAGMENT = CheckList.of(
            always("fragment.in-tx", INVALID_PARAMETERS, "the first fragment is in the TX buffer",
                    send -> !send.ownBuffer()),
            always("fragment.total-aligned", NO_MEMORY, "the length of the whole is a multiple of 16",
                    send -> send.total() % 16 == 0),
            always("fragment.total-bounded", NO_MEMORY, "there is room for the whole",
                    send -> send.total() <= Fragments.MAX_LENGTH),
            always("fragment.header", INVALID_PARAMETERS, "the first fragment has the header",
                    MemorySend::readHeader),
            always("fragment.receivers", INVALID_PARAMETERS, "there are receivers, which fit in the whole",
                    MemorySend::receiversFitInTotal));

    /** A further fragment. */
    static final CheckList<Fragments.Next> NEXT_FRAGMENT = CheckList.of(
            always("fragment.handle", INVALID_PARAMETERS, "a transaction of that handle is under way",
                    Fragments.Next::isKnown),
            always("fragment.sender", INVALID_PARAMETERS, "the sender is that of the first fragment",
                    Fragments.Next::hasSameSender));

    /** A further fragment's bytes; a transaction that breaks these is over. */
    static final CheckList<Fragments.Next> NEXT_FRAGMENT_BYTES = CheckList.of(
            always("fragment.mapped", INVALID_PARAMETERS, "there is a TX buffer", Fragments.Next::isMapped),
            always("fragment.fits-tx", INVALID_PARAMETERS, "a fragment fits in the TX buffer",
                    Fragments.Next::fitsBuffer),
            always("fragment.fits-rest", INVALID_PARAMETERS, "a fragment is not longer than what is missing",
                    Fragments.Next::fitsRest));

    /** FFA_RXTX_MAP. */
    static final CheckList<BufferMap> MAP = CheckList.of(
            strict("map.mbz", "x4 to x7 are zero", map -> zeros(map.registers(), 4)),
            always("map.pages-reserved", INVALID_PARAMETERS, "bits 63 to 6 of the page count are zero",
                    map -> map.pages() >>> 6 == 0),
            always("map.pages", INVALID_PARAMETERS, "there is a page", map -> map.pages() != 0),
            always("map.once", DENIED, "no buffers are mapped yet", map -> !map.buffers().isMapped()),
            always("map.tx", INVALID_PARAMETERS, "the TX buffer is normal memory and begins at a page",
                    map -> map.isGood(map.tx())),
            always("map.rx", INVALID_PARAMETERS, "the RX buffer is normal memory and begins at a page",
                    map -> map.isGood(map.rx())),
            strict("map.apart", "the buffers do not overlap", BufferMap::areApart));

    /** FFA_RXTX_UNMAP. */
    static final CheckList<Buffers> UNMAP = CheckList.of(
            always("unmap.mapped", INVALID_PARAMETERS, "buffers are mapped", Buffers::isMapped));

    /** FFA_RX_RELEASE. */
    static final CheckList<Buffers> RELEASE = CheckList.of(
            always("release.owned", DENIED, "the caller has the RX buffer",
                    buffers -> buffers.isMapped() && buffers.callerHasRx()));

    /** FFA_MEM_RECLAIM. */
    static final CheckList<SmcRegisters> RECLAIM = CheckList.of(
            always("reclaim.mbz", INVALID_PARAMETERS, "x3 to x7 are zero", registers -> zeros(registers, 3)));

    /** Calls without arguments, or with one in x1. */
    static final CheckList<SmcRegisters> ONE_ARGUMENT = CheckList.of(
            strict("call.mbz", "x2 to x7 are zero", registers -> zeros(registers, 2)));

    /** Calls without arguments. */
    static final CheckList<SmcRegisters> NO_ARGUMENT = CheckList.of(
            strict("call.mbz", "x1 to x7 are zero", registers -> zeros(registers, 1)));

    /** FFA_PARTITION_INFO_GET. */
    static final CheckList<SmcRegisters> PARTITIONS = CheckList.of(
            strict("partitions.flags", "bits 31 to 1 of the flags are zero", registers -> registers.w(5) >>> 1 == 0),
            strict("partitions.mbz", "x6 and x7 are zero", registers -> zeros(registers, 6)));

    /** FFA_MSG_SEND_DIRECT_REQ. */
    static final CheckList<SmcRegisters> DIRECT = CheckList.of(
            strict("direct.sender", "the sender is the caller", registers -> registers.w(1) >>> 16 == 0),
            strict("direct.mbz", "w2 of a message that is not the framework's is zero",
                    registers -> registers.w(2) == 0 || registers.w(2) < 0));

    /** FFA_NOTIFICATION_BITMAP_CREATE and FFA_NOTIFICATION_BITMAP_DESTROY. */
    static final CheckList<SmcRegisters> BITMAP = CheckList.of(
            always("bitmap.mbz", INVALID_PARAMETERS, "the upper half of w1, and x3 to x7, are zero",
                    registers -> registers.w(1) >>> 16 == 0 && zeros(registers, 3)));

    /** FFA_NOTIFICATION_BIND. */
    static final CheckList<SmcRegisters> BIND = CheckList.of(
            always("bind.mbz", INVALID_PARAMETERS, "x5 to x7 are zero", registers -> zeros(registers, 5)),
            always("bind.global", DENIED, "notifications are for all processors", registers -> registers.x(2) == 0));

    /** FFA_NOTIFICATION_UNBIND. */
    static final CheckList<SmcRegisters> UNBIND = CheckList.of(
            always("unbind.mbz", INVALID_PARAMETERS, "x2, and x5 to x7, are zero",
                    registers -> registers.x(2) == 0 && zeros(registers, 5)));

    /** FFA_NOTIFICATION_GET. */
    static final CheckList<SmcRegisters> GET = CheckList.of(
            always("get.mbz", INVALID_PARAMETERS, "x5 to x7 are zero", registers -> zeros(registers, 5)));

    /** FFA_NOTIFICATION_INFO_GET. */
    static final CheckList<SmcRegisters> INFO = CheckList.of(
            always("info.mbz", INVALID_PARAMETERS, "x1 to x7 are zero", registers -> zeros(registers, 1)));

    private SpmcChecks() {}

    /** Tells whether x{@code first} to x7 are zero. */
    private static boolean zeros(SmcRegisters registers, int first) {
        for (int i = first; i < 8; i++) {
            if (registers.x(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
