// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.spmc.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import org.cloister.emulator.optee.os.internal.FfaMemory;
import org.cloister.emulator.optee.os.internal.Machine;
import org.cloister.emulator.optee.os.internal.Pages;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.FfaReceiver;
import org.cloister.platform.layout.FfaTransactionReader;

/**
 * FFA_MEM_SHARE and FFA_MEM_LEND: a call, the descriptor that comes with it, and what the rules of {@link SpmcChecks}
 * look at. The descriptor is copied before it is looked at.
 *
 * <p>Made once and used for each call, guarded by the lock of {@link Buffers}.
 */
final class MemorySend {
    /** Attributes of memory that is shared: normal, write-back cacheable, inner shareable. */
    static final int SHARED_ATTRIBUTES = 0x2F;

    private static final int CLEAR = 1;
    private static final int TIME_SLICE = 2;
    private static final int CLEAR_AFTER = 4;
    private static final int TYPE_SHIFT = 3;
    // what a receiver of no length may have behind the fragment, as the trusted OS does not look at its length
    private static final int SLACK = FfaReceiver.COMMON_SIZE;
    private static final int ROOM = 4096 + SLACK;

    private final Machine machine;
    private final Buffers buffers;
    private final FfaMemory memory;
    private final Judge judge;
    private final long window;
    private final int endpoint;
    private final FfaTransactionReader reader = new FfaTransactionReader();
    private final MemorySegment ordinaryScratch = Arena.ofAuto().allocate(ROOM, 16);

    private SmcRegisters call = new SmcRegisters();
    private MemorySegment descriptor = ordinaryScratch;
    private long fragment;
    private long total;
    private long receiver;
    private long receiverAt;
    private long pagesSoFar;
    private long firstAddress;
    private long rangesSoFar;

    MemorySend(Machine machine, Buffers buffers, FfaMemory memory, Judge judge, long window, int endpoint) {
        this.machine = machine;
        this.buffers = buffers;
        this.memory = memory;
        this.judge = judge;
        this.window = window;
        this.endpoint = endpoint;
    }

    /** Begins to look at a call. */
    void begin(SmcRegisters registers) {
        call = registers;
        total = Integer.toUnsignedLong(registers.w(1));
        fragment = Integer.toUnsignedLong(registers.w(2));
    }

    /** Copies the fragment that comes with the call, which was found to be there. */
    void fetch() {
        long from = ownBuffer() ? address() : buffers.tx();
        long length = Math.min(fragment + SLACK, ownBuffer() ? ownLength() : buffers.size());
        descriptor = length <= ROOM ? ordinaryScratch : MemorySegment.ofArray(new byte[(int) length]);
        machine.memory().read(from, descriptor.asSlice(0, length));
    }

    /** Looks at a descriptor that came in fragments, for the same kind of call. */
    void adopt(MemorySegment whole, SmcRegisters first) {
        call = first;
        total = whole.byteSize();
        fragment = total;
        descriptor = whole;
    }

    /** The fragment that was copied. */
    MemorySegment fetched() {
        return descriptor.asSlice(0, fragment);
    }

    /**
     * Checks the whole descriptor, and shares or takes the memory.
     *
     * @param answer gets the handle when it is a success
     */
    FfaStatus complete(Handle answer) {
        FfaStatus status = judge.judge(SpmcChecks.HEADER, this);
        if (status == FfaStatus.SUCCESS) {
            status = judge.judge(SpmcChecks.COMPOSITE, this);
        }
        if (status == FfaStatus.SUCCESS) {
            status = judge.judge(SpmcChecks.PURPOSE, this);
        }
        return status == FfaStatus.SUCCESS ? take(answer) : status;
    }

    /** A handle that is handed out. */
    static final class Handle {
        private long value;

        long value() {
            return value;
        }

        void value(long handle) {
            value = handle;
        }
    }

    private FfaStatus take(Handle answer) {
        OptionalLong handle = memory.reserve(useCase(), pageCount());
        if (handle.isEmpty()) {
            return FfaStatus.NO_MEMORY;
        }
        boolean shared = useCase() == FfaMemory.SHARED;
        long[] pages = new long[shared ? (int) pageCount() : 0];
        FfaStatus status = readRanges(pages, shared);
        if (status != FfaStatus.SUCCESS) {
            memory.cancel(handle.getAsLong(), useCase(), pageCount());
            return status;
        }
        boolean done = shared
                ? memory.commitShared(handle.getAsLong(), pages)
                : memory.commitLent(handle.getAsLong(), firstAddress, pageCount() * Pages.SIZE, useCase());
        answer.value(handle.getAsLong());
        return done ? FfaStatus.SUCCESS : FfaStatus.INVALID_PARAMETERS;
    }

    private FfaStatus readRanges(long[] pages, boolean keep) {
        pagesSoFar = 0;
        firstAddress = 0;
        for (rangesSoFar = 0; rangesSoFar < rangeCount(); rangesSoFar++) {
            if (!reader.range(rangesSoFar)) {
                return FfaStatus.INVALID_PARAMETERS;
            }
            FfaStatus status = judge.judge(SpmcChecks.RANGE, this);
            if (status != FfaStatus.SUCCESS) {
                return status;
            }
            if (pagesSoFar == 0) {
                firstAddress = reader.rangeAddress();
            }
            for (int i = 0; keep && i < reader.rangePages(); i++) {
                pages[(int) pagesSoFar + i] = reader.rangeAddress() + (long) i * Pages.SIZE;
            }
            pagesSoFar += reader.rangePages();
        }
        return judge.judge(SpmcChecks.RANGES, this);
    }

    // What the rules look at: the call.

    SmcRegisters call() {
        return call;
    }

    boolean isShare() {
        return FfaFunction.narrow(call.w(0)) == FfaFunction.MEM_SHARE;
    }

    long mbz() {
        return call.x(5) | call.x(6) | call.x(7);
    }

    long total() {
        return total;
    }

    long fragment() {
        return fragment;
    }

    long address() {
        return SmcCode.isWide(call.w(0)) ? call.x(3) : Integer.toUnsignedLong(call.w(3));
    }

    boolean ownBuffer() {
        return address() != 0;
    }

    long bufferPages() {
        return Integer.toUnsignedLong(call.w(4));
    }

    Buffers buffers() {
        return buffers;
    }

    boolean ownIsNormal() {
        return machine.isNormalMemory(address(), bufferPages() * Pages.SIZE);
    }

    /** Bytes of the caller's own buffer, from the address that it gave. */
    long ownLength() {
        return bufferPages() * Pages.SIZE - (address() & Pages.MASK);
    }

    boolean ownIsMappable() {
        return bufferPages() * Pages.SIZE <= window;
    }

    boolean ownIsAligned() {
        return Pages.aligned(address());
    }

    // What the rules look at: header and receivers.

    FfaTransactionReader reader() {
        return reader;
    }

    boolean readHeader() {
        return reader.header(descriptor, 0, fragment, buffers.version());
    }

    boolean receiversFitInTotal() {
        long room = total - reader.receiverOffset();
        return reader.receiverCount() != 0 && room >= 0
                && (reader.receiverSize() == 0 || reader.receiverCount() <= room / reader.receiverSize());
    }

    boolean flagsAreDefined() {
        int type = (isShare() ? 1 : 2) << TYPE_SHIFT;
        int allowed = isShare() ? TIME_SLICE : CLEAR | TIME_SLICE | CLEAR_AFTER;
        int flags = reader.flags();
        return (flags & ~allowed) == 0 || (flags & ~allowed) == type;
    }

    boolean findReceiver() {
        for (long i = 0; i < reader.receiverCount(); i++) {
            receiverAt = reader.receiverOffset() + i * reader.receiverSize();
            if (receiverAt > descriptor.byteSize() - FfaReceiver.COMMON_SIZE) {
                return false;
            }
            if (FfaReceiver.endpoint(descriptor, receiverAt) == endpoint) {
                receiver = i;
                return true;
            }
        }
        return false;
    }

    int permissions() {
        return FfaReceiver.permissions(descriptor, receiverAt);
    }

    int receiverFlags() {
        return FfaReceiver.flags(descriptor, receiverAt);
    }

    boolean receiverReserved() {
        return reader.receiver(receiver) && reader.receiverReserved();
    }

    // What the rules look at: the composite region and its ranges.

    long compositeOffset() {
        return Integer.toUnsignedLong(FfaReceiver.compositeOffset(descriptor, receiverAt));
    }

    boolean readComposite() {
        return reader.compositeAt(compositeOffset());
    }

    boolean compositeReserved() {
        return reader.compositeReserved();
    }

    long pageCount() {
        return reader.pageCount();
    }

    long rangeCount() {
        return reader.rangeCount();
    }

    long rangesEnd() {
        return reader.rangesEnd();
    }

    /** The use case of lent memory, of which the trusted OS keeps 32 bits; none for memory that is shared. */
    int useCase() {
        return isShare() ? FfaMemory.SHARED : (int) reader.tag();
    }

    boolean knowsUseCase() {
        return memory.knows(useCase());
    }

    long pagesSoFar() {
        return pagesSoFar;
    }

    long rangeAddress() {
        return reader.rangeAddress();
    }

    long rangePages() {
        return reader.rangePages();
    }

    boolean rangeReserved() {
        return reader.rangeReserved();
    }

    boolean rangeIsNormal() {
        return machine.isNormalMemory(reader.rangeAddress(), reader.rangePages() * Pages.SIZE);
    }

    boolean rangeFollows() {
        return useCase() == FfaMemory.SHARED || pagesSoFar == 0
                || reader.rangeAddress() == firstAddress + pagesSoFar * Pages.SIZE;
    }

    /** Tells whether no earlier range has a page of the one that was read last; leaves that one read. */
    boolean rangeIsNew() {
        long address = reader.rangeAddress();
        long size = reader.rangePages() * Pages.SIZE;
        boolean fresh = true;
        for (long i = 0; i < rangesSoFar && fresh; i++) {
            reader.range(i);
            fresh = !Pages.overlap(reader.rangeAddress(), reader.rangePages() * Pages.SIZE, address, size);
        }
        reader.range(rangesSoFar);
        return fresh;
    }
}
