// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.cloister.emulator.optee.TaArgument;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPeer;
import org.cloister.emulator.optee.TaSession;
import org.cloister.tee.TeeCode;

/** A call with up to four parameters, and what became of them. */
final class Call implements TaCall {
    private static final RandomGenerator RANDOM = new Random(1);

    final TaParamType[] types = new TaParamType[4];
    final int[] a = new int[4];
    final int[] b = new int[4];
    final MemorySegment[] memory = new MemorySegment[4];
    final long[] written = new long[4];
    private boolean secure;
    private int count;

    Call() {
        Arrays.fill(types, TaParamType.NONE);
    }

    Call in(int first, int second) {
        return value(TaParamType.VALUE_INPUT, first, second);
    }

    Call inout(int first, int second) {
        return value(TaParamType.VALUE_INOUT, first, second);
    }

    Call out() {
        return value(TaParamType.VALUE_OUTPUT, 0, 0);
    }

    Call value(TaParamType type, int first, int second) {
        types[count] = type;
        a[count] = first;
        b[count] = second;
        count++;
        return this;
    }

    Call room(int size) {
        types[count] = TaParamType.MEMORY_OUTPUT;
        memory[count] = MemorySegment.ofArray(new byte[size]);
        count++;
        return this;
    }

    /** Its memory is not the normal world's. */
    Call secure() {
        secure = true;
        return this;
    }

    /** Invokes a command, as the trusted OS does. */
    int of(TaSession session, int command) {
        try {
            return session.invoke(command, this);
        } catch (TaException e) {
            return e.code();
        }
    }

    @Override
    public TaParamType type(int index) {
        return types[index];
    }

    @Override
    public void require(TaParamType... wanted) {
        if (!Arrays.equals(Arrays.copyOf(wanted, 4), 0, wanted.length, types, 0, wanted.length)
                || Arrays.stream(types, wanted.length, 4).anyMatch(type -> type != TaParamType.NONE)) {
            throw new TaException(TeeCode.BAD_PARAMETERS, "types");
        }
    }

    @Override
    public int a(int index) {
        return a[index];
    }

    @Override
    public int b(int index) {
        return b[index];
    }

    @Override
    public void value(int index, int first, int second) {
        a[index] = first;
        b[index] = second;
    }

    @Override
    public TaMemory memory(int index) {
        MemorySegment mine = memory[index];
        return new TaMemory() {
            @Override
            public long size() {
                return mine.byteSize();
            }

            @Override
            public int check(int rights) {
                return secure && (rights & NONSECURE) != 0 ? TeeCode.ACCESS_DENIED : TeeCode.SUCCESS;
            }

            @Override
            public void read(long offset, MemorySegment into) {
                throw new AssertionError("nothing is read");
            }

            @Override
            public void write(long offset, MemorySegment from) {
                MemorySegment.copy(from, 0, mine, offset, from.byteSize());
            }
        };
    }

    @Override
    public void written(int index, long size) {
        written[index] = size;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public int clientLogin() {
        return 0;
    }

    @Override
    public TaPeer open(UUID application, TaArgument... arguments) {
        throw new AssertionError("nobody is asked");
    }

    @Override
    public TaMemory allocateShared(long size) {
        throw new AssertionError("no memory is asked for");
    }

    @Override
    public RandomGenerator random() {
        return RANDOM;
    }

    @Override
    public long nanos() {
        return 0;
    }
}
