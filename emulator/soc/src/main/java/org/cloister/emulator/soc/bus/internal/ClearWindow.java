// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.platform.Window;

/**
 * A lease of a secure engine on memory that is encrypted, in whole or in part. The {@link #segment} is a clear copy, as
 * in an engine's own cache: it is filled when it is first asked for, and what was changed in it is written back when the
 * window is closed.
 *
 * <p>Blocks at both ends may reach beyond the window; their other bytes are kept as they are, so the lease under it is
 * on whole blocks.
 *
 * <p>Safe for use by any thread; {@code this} guards the copy.
 */
final class ClearWindow implements Window {
    private record Copy(Arena arena, MemorySegment bytes, byte[] before) {}

    private final LeasedWindow lease;
    private final Cells cells;
    private final ClearText clear;
    private Optional<Copy> copy = Optional.empty(); // guarded by this

    ClearWindow(LeasedWindow lease, ClearText clear) {
        this.lease = lease;
        this.cells = lease.blocks();
        this.clear = clear;
    }

    @Override
    public long address() {
        return lease.address();
    }

    @Override
    public long length() {
        return lease.length();
    }

    @Override
    public Access access() {
        return lease.access();
    }

    @Override
    public void read(long offset, MemorySegment into) {
        lease.require(offset, into.byteSize(), Access.READ);
        clear.read(cells, address() + offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
        lease.require(offset, from.byteSize(), Access.WRITE);
        clear.write(cells, address() + offset, from);
    }

    @Override
    public synchronized MemorySegment segment() {
        lease.require(0, length(), Access.READ);
        if (copy.isEmpty()) {
            byte[] before = new byte[Math.toIntExact(length())];
            clear.read(cells, address(), MemorySegment.ofArray(before));
            Arena arena = Arena.ofShared();
            MemorySegment bytes = arena.allocate(length()).copyFrom(MemorySegment.ofArray(before));
            copy = Optional.of(new Copy(arena, bytes, before));
        }
        MemorySegment bytes = copy.get().bytes();
        return access().writes() ? bytes : bytes.asReadOnly();
    }

    @Override
    public synchronized void close() {
        if (copy.isPresent()) {
            Copy own = copy.get();
            if (access().writes()) {
                writeBack(own);
            }
            own.arena().close();
            copy = Optional.empty();
        }
        lease.close();
    }

    private void writeBack(Copy own) {
        MemorySegment before = MemorySegment.ofArray(own.before());
        long from = own.bytes().mismatch(before);
        while (from >= 0) {
            long to = from;
            while (to < own.before().length
                    && own.bytes().get(ValueLayout.JAVA_BYTE, to) != own.before()[(int) to]) {
                to++;
            }
            clear.write(cells, address() + from, own.bytes().asSlice(from, to - from));
            long next = MemorySegment.mismatch(own.bytes(), to, length(), before, to, length());
            from = next < 0 ? -1 : to + next;
        }
    }
}
