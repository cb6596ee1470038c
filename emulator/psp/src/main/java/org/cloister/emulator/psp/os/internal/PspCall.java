// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.cloister.emulator.optee.TaArgument;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPeer;
import org.cloister.platform.layout.PspOperation;
import org.cloister.tee.TeeCode;

/**
 * A call as the trusted application that serves it sees it: an operation that was copied out of the ring and checked
 * before anything else happens. For one call, on the thread of the secure processor.
 */
final class PspCall implements TaCall {
    private static final int PARAMETERS = 4;

    private final Machine machine;
    private final MemorySegment entry;
    private final long at;
    private final TaParamType[] types = new TaParamType[PARAMETERS];
    private final Map<Integer, MappedMemory> memory = new HashMap<>();

    /**
     * Reads an operation.
     *
     * @param entry a copy of the entry, which outputs are written to
     * @param at where the operation is
     * @param buffers finds what is mapped by its number
     * @throws TaException {@code BAD_PARAMETERS} for types, buffers and bounds that cannot be
     */
    PspCall(Machine machine, MemorySegment entry, long at, IntFunction<Optional<SharedBuffer>> buffers) {
        this.machine = machine;
        this.entry = entry;
        this.at = at;
        if (PspOperation.types(entry, at) >>> 4 * PARAMETERS != 0) {
            throw bad("bits 31:16 of the types are reserved");
        }
        for (int i = 0; i < PARAMETERS; i++) {
            types[i] = numbered(PspOperation.type(entry, at, i));
            if (types[i].isMemory()) {
                memory.put(i, memory(i, buffers));
            }
        }
    }

    private static TaParamType numbered(int number) {
        for (TaParamType type : TaParamType.values()) {
            if (type.number() == number) {
                return type;
            }
        }
        throw bad("there is no type " + number);
    }

    private MappedMemory memory(int index, IntFunction<Optional<SharedBuffer>> buffers) {
        int id = PspOperation.word(entry, at, index, 0);
        long offset = Integer.toUnsignedLong(PspOperation.word(entry, at, index, 1));
        long size = Integer.toUnsignedLong(PspOperation.word(entry, at, index, 2));
        SharedBuffer buffer = buffers.apply(id).orElseThrow(() -> bad("there is no buffer " + id));
        if (offset > buffer.size() || size > buffer.size() - offset) {
            throw bad("0x%x bytes at 0x%x are not within the 0x%x of buffer %d"
                    .formatted(size, offset, buffer.size(), id));
        }
        boolean reads = types[index] != TaParamType.MEMORY_OUTPUT;
        return new MappedMemory(machine, buffer, offset, size, reads, types[index].isOutput());
    }

    /** A refusal of what cannot be. */
    static TaException bad(String why) {
        return new TaException(TeeCode.BAD_PARAMETERS, why);
    }

    @Override
    public TaParamType type(int index) {
        return types[index];
    }

    @Override
    public void require(TaParamType... wanted) {
        for (int i = 0; i < PARAMETERS; i++) {
            TaParamType type = i < wanted.length ? wanted[i] : TaParamType.NONE;
            if (types[i] != type) {
                throw bad("parameter %d is %s instead of %s".formatted(i, types[i], type));
            }
        }
    }

    @Override
    public int a(int index) {
        requireValue(index);
        return PspOperation.word(entry, at, index, 0);
    }

    @Override
    public int b(int index) {
        requireValue(index);
        return PspOperation.word(entry, at, index, 1);
    }

    @Override
    public void value(int index, int a, int b) {
        requireValue(index);
        if (types[index].isOutput()) {
            PspOperation.word(entry, at, index, 0, a);
            PspOperation.word(entry, at, index, 1, b);
        }
    }

    private void requireValue(int index) {
        if (!types[index].isValue()) {
            throw new IllegalStateException("parameter %d is no value".formatted(index));
        }
    }

    @Override
    public TaMemory memory(int index) {
        return Optional.ofNullable(memory.get(index)).orElseThrow(() ->
                new IllegalStateException("parameter %d is no memory".formatted(index)));
    }

    @Override
    public void written(int index, long size) {
        memory(index);
        if (types[index].isOutput()) {
            PspOperation.word(entry, at, index, 2, (int) Math.clamp(size, 0, 0xffff_ffffL));
        }
    }

    /** Never: AMD-TEE has no command for it. */
    @Override
    public boolean isCancelled() {
        return false;
    }

    /** The kernel: nobody else reaches the ring. */
    @Override
    public int clientLogin() {
        return LOGIN_KERNEL;
    }

    @Override
    public TaPeer open(UUID application, TaArgument... arguments) {
        throw new TaException(TeeCode.NOT_SUPPORTED, "applications of this trusted OS do not call each other");
    }

    @Override
    public TaMemory allocateShared(long size) {
        throw new TaException(TeeCode.OUT_OF_MEMORY, "this trusted OS cannot ask the normal world for memory");
    }

    @Override
    public RandomGenerator random() {
        return () -> (long) machine.random() << Integer.SIZE | Integer.toUnsignedLong(machine.random());
    }

    @Override
    public long nanos() {
        return machine.nanos();
    }
}
