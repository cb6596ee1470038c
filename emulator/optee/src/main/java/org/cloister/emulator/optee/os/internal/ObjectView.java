// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.dt.AddressRange;
import org.cloister.tee.TeeCode;

/** A part of a memory object, as an application sees it during a call. */
final class ObjectView implements TaMemory {
    private final Machine machine;
    private final PhysicalMemory memory;
    private final Hold hold;
    private final long offset;
    private final long size;
    private volatile boolean ended;

    ObjectView(Machine machine, Hold hold, long offset, long size) {
        this.machine = machine;
        this.memory = machine.memory();
        this.hold = hold;
        this.offset = offset;
        this.size = size;
    }

    Hold hold() {
        alive();
        return hold;
    }

    long offset() {
        return offset;
    }

    /** Ends its use: the call is over. */
    void end() {
        ended = true;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int useCase() {
        return hold.object().useCase();
    }

    @Override
    public int check(int rights) {
        boolean both = (rights & NONSECURE) != 0 && (rights & SECURE) != 0;
        if (both) {
            return TeeCode.ACCESS_DENIED;
        }
        if (size == 0) {
            return TeeCode.SUCCESS;
        }
        boolean secure = hold.object().isSecure();
        // what a client passes never belongs to the application, and is always mapped readable and writable
        boolean denied = (rights & ANY_OWNER) == 0
                || (rights & NONSECURE) != 0 && secure
                || (rights & SECURE) != 0 && !secure;
        return denied ? TeeCode.ACCESS_DENIED : TeeCode.SUCCESS;
    }

    @Override
    public boolean canSucceed(TaMemory other) {
        if (!(other instanceof ObjectView from) || size == 0 || from.size == 0) {
            return false;
        }
        boolean sameUse = useCase() == 0 || other.useCase() == 0 || useCase() == other.useCase();
        return sameUse && place().isPresent() && from.place().isPresent()
                && !Pages.overlap(place().get().base(), size, from.place().get().base(), from.size)
                && machine.isNoWider(place().get(), from.place().get());
    }

    /** Where it is, if it is restricted and in one piece. */
    private Optional<AddressRange> place() {
        MemoryObject object = hold().object();
        return object.isRestricted() && object.run(offset) >= size
                ? Optional.of(new AddressRange(object.address(offset), size)) : Optional.empty();
    }

    @Override
    public void read(long at, MemorySegment into) {
        bound(at, into.byteSize());
        ObjectAccess.read(memory, hold.object(), offset + at, into);
    }

    @Override
    public void write(long at, MemorySegment from) {
        bound(at, from.byteSize());
        ObjectAccess.write(memory, hold.object(), offset + at, from);
    }

    private void bound(long at, long length) {
        alive();
        if (at < 0 || length > size - at) {
            throw new IndexOutOfBoundsException("%d bytes at %d leave %d bytes".formatted(length, at, size));
        }
    }

    private void alive() {
        if (ended) {
            throw new IllegalStateException("the call that this memory was passed in is over");
        }
    }
}
