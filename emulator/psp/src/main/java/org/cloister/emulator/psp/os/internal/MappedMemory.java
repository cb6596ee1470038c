// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.platform.dt.AddressRange;
import org.cloister.tee.TeeCode;

/**
 * A part of a buffer, as a trusted application uses it. Immutable; valid for one call.
 *
 * <p>Memory may have been given back since it was mapped, or protected. Who checks that it is {@link #SECURE} asks the
 * hardware at that moment; what is not normal memory and not this processor's to protect was refused when it was mapped.
 */
public final class MappedMemory implements TaMemory {
    private final Machine machine;
    private final SharedBuffer buffer;
    private final long offset;
    private final long size;
    private final boolean reads;
    private final boolean writes;

    MappedMemory(Machine machine, SharedBuffer buffer, long offset, long size, boolean reads, boolean writes) {
        this.machine = machine;
        this.buffer = buffer;
        this.offset = offset;
        this.size = size;
        this.reads = reads;
        this.writes = writes;
    }

    /** The buffer's one piece, when this is all of it. */
    public Optional<AddressRange> whole() {
        return offset == 0 && size == buffer.size() && buffer.pieces().size() == 1
                ? Optional.of(buffer.pieces().getFirst()) : Optional.empty();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int check(int rights) {
        boolean secure = buffer.pieces().stream().allMatch(piece -> machine.isProtected(piece.base(), piece.size()));
        boolean denied = (rights & READ) != 0 && !reads
                || (rights & WRITE) != 0 && !writes
                || (rights & ANY_OWNER) == 0
                || (rights & SECURE) != 0 && !secure
                || (rights & NONSECURE) != 0 && secure;
        return denied ? TeeCode.ACCESS_DENIED : TeeCode.SUCCESS;
    }

    @Override
    public void read(long from, MemorySegment into) {
        transfer(from, into, reads, (address, part) -> machine.memory().read(address, part));
    }

    @Override
    public void write(long to, MemorySegment from) {
        transfer(to, from, writes, (address, part) -> machine.memory().write(address, part));
    }

    private interface Transfer {
        void run(long address, MemorySegment part);
    }

    private void transfer(long from, MemorySegment segment, boolean permitted, Transfer transfer) {
        long length = segment.byteSize();
        Objects.checkFromIndexSize(from, length, size);
        if (!permitted) {
            throw new IllegalStateException("the parameter does not travel that way");
        }
        long skip = offset + from;
        long done = 0;
        for (AddressRange piece : buffer.pieces()) {
            if (skip >= piece.size()) {
                skip -= piece.size();
                continue;
            }
            long part = Math.min(piece.size() - skip, length - done);
            if (part <= 0) {
                return;
            }
            transfer.run(piece.base() + skip, segment.asSlice(done, part));
            done += part;
            skip = 0;
        }
    }
}
