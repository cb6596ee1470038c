// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.PspOperation;
import org.cloister.platform.tee.MemoryUses;
import org.cloister.tee.Direction;
import org.cloister.tee.Param;

/**
 * The parameters of one call: what they hold on to while it lasts, how they are written to its operation and read back.
 * For one call, on one thread.
 */
final class Parameters implements AutoCloseable {
    private static final int MEMORY = 4;

    private final List<Param> params;
    private final List<MemoryUses.Use> held = new ArrayList<>();
    private final List<PspMemory> temporaries = new ArrayList<>();
    private final PspMemory[] memories;
    private final PspMemory.Place[] places;

    /**
     * Holds on to memory parameters, and copies temporary memory to where the processor sees it.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} for memory of another TEE, {@code NOT_SUPPORTED} for parameters
     *     without memory, {@code CLOSED}, {@code REVOKED}, {@code NO_MEMORY}, {@code FIRMWARE_DEAD}
     */
    Parameters(PspRing ring, List<Param> params) {
        this.params = params;
        this.memories = new PspMemory[params.size()];
        this.places = new PspMemory.Place[params.size()];
        boolean done = false;
        try {
            for (int i = 0; i < memories.length; i++) {
                hold(ring, i);
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void hold(PspRing ring, int index) {
        switch (params.get(index)) {
            case Param.None none -> { }
            case Param.Value value -> { }
            case Param.Memory memory -> hold(index, own(memory));
            case Param.Temporary temporary -> {
                long size = temporary.memory().byteSize();
                if (size == 0) {
                    throw new HeapException(HeapError.NOT_SUPPORTED, "pass memory to a TEE", "memory of 0 bytes",
                            "AMD-TEE takes no parameters without memory", "pass at least one byte");
                }
                SharedBlock block = SharedBlock.take(ring, size, Direction.INOUT, closed -> { });
                temporaries.add(block);
                if (temporary.direction().isInput()) {
                    block.segment().orElseThrow().copyFrom(temporary.memory());
                }
                hold(index, block);
            }
        }
    }

    private void hold(int index, PspMemory memory) {
        held.add(memory.use());
        memories[index] = memory;
        places[index] = memory.place();
    }

    private static PspMemory own(Param.Memory memory) {
        if (memory.memory() instanceof PspMemory own) {
            return own;
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, "pass shared memory to a TEE",
                memory.memory().getClass().getName(), "it was not shared with the secure processor by this driver",
                "share it with the TEE that is called");
    }

    /** Makes sure that the processor still knows all buffers; that fails if it was initialised anew meanwhile. */
    boolean areOf(long generation) {
        for (PspMemory.Place place : places) {
            if (place != null && place.generation() != generation) {
                return false;
            }
        }
        return true;
    }

    /** Writes the operation. */
    void write(MemorySegment entry, long at) {
        for (int i = 0; i < places.length; i++) {
            switch (params.get(i)) {
                case Param.None none -> { }
                case Param.Value value -> {
                    PspOperation.type(entry, at, i, way(value.direction()));
                    if (value.direction().isInput()) {
                        PspOperation.word(entry, at, i, 0, value.a());
                        PspOperation.word(entry, at, i, 1, value.b());
                    }
                }
                case Param.Memory memory ->
                        write(entry, at, i, memory.direction(), memory.offset(), memory.size());
                case Param.Temporary temporary ->
                        write(entry, at, i, temporary.direction(), 0, temporary.memory().byteSize());
            }
        }
    }

    private void write(MemorySegment entry, long at, int index, Direction way, long offset, long size) {
        long from = places[index].offset() + offset;
        if (from > Integer.toUnsignedLong(-1) || size > Integer.toUnsignedLong(-1)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "pass shared memory to a TEE", memories[index].toString(),
                    "0x%x bytes at 0x%x do not fit 32 bits".formatted(size, from), "pass less");
        }
        PspOperation.type(entry, at, index, MEMORY + way(way));
        PspOperation.word(entry, at, index, 0, places[index].id());
        PspOperation.word(entry, at, index, 1, (int) from);
        PspOperation.word(entry, at, index, 2, (int) size);
    }

    private static int way(Direction direction) {
        return switch (direction) {
            case INPUT -> 1;
            case OUTPUT -> 2;
            case INOUT -> 3;
        };
    }

    /** Reads what came back: numbers, sizes as far as there is memory; temporary memory is copied back. */
    List<Param> read(MemorySegment entry, long at) {
        List<Param> results = new ArrayList<>(places.length);
        for (int i = 0; i < places.length; i++) {
            results.add(read(entry, at, i));
        }
        return results;
    }

    private Param read(MemorySegment entry, long at, int i) {
        return switch (params.get(i)) {
            case Param.None none -> none;
            case Param.Value value -> value.direction().isOutput()
                    ? new Param.Value(PspOperation.word(entry, at, i, 0), PspOperation.word(entry, at, i, 1),
                            value.direction())
                    : value;
            case Param.Memory memory -> memory.direction().isOutput()
                    ? new Param.Memory(memory.memory(), memory.offset(),
                            Math.min(size(entry, at, i), memory.memory().size() - memory.offset()), memory.direction())
                    : memory;
            case Param.Temporary temporary -> temporary.direction().isOutput()
                    ? readBack(temporary, memories[i], size(entry, at, i)) : temporary;
        };
    }

    private static long size(MemorySegment entry, long at, int index) {
        return Integer.toUnsignedLong(PspOperation.word(entry, at, index, 2));
    }

    private static Param readBack(Param.Temporary temporary, PspMemory block, long size) {
        if (size > temporary.memory().byteSize()) {
            return temporary; // it did not fit, so that nothing was written
        }
        MemorySegment written = temporary.memory().asSlice(0, size);
        written.copyFrom(block.segment().orElseThrow().asSlice(0, size));
        return new Param.Temporary(written, temporary.direction());
    }

    /** Nobody knows whether the call is over: what it may still use is kept from others. */
    void lose() {
        held.forEach(MemoryUses.Use::lose);
    }

    @Override
    public void close() {
        held.forEach(MemoryUses.Use::close);
        temporaries.forEach(PspMemory::close);
    }
}
