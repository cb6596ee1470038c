// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Arrays;
import java.util.Optional;
import org.cloister.emulator.optee.TaParamType;

/**
 * The parameters of a call of a trusted application, once they were found to refer to memory that exists. For one
 * thread of the trusted OS.
 */
final class Operation {
    /** How many parameters there are. */
    static final int PARAMS = 4;

    private final TaParamType[] types = new TaParamType[PARAMS];
    private final int[] a = new int[PARAMS];
    private final int[] b = new int[PARAMS];
    private final Hold[] holds = new Hold[PARAMS];
    private final boolean[] borrowed = new boolean[PARAMS];
    private final long[] offsets = new long[PARAMS];
    private final long[] sizes = new long[PARAMS];

    /** Makes an operation without parameters. */
    Operation() {
        Arrays.fill(types, TaParamType.NONE);
    }

    TaParamType type(int index) {
        return types[index];
    }

    int a(int index) {
        return a[index];
    }

    int b(int index) {
        return b[index];
    }

    /** The memory of a parameter; empty when there is none, or it is null. */
    Optional<MemoryObject> memory(int index) {
        return holds[index] == null ? Optional.empty() : Optional.of(holds[index].object());
    }

    long offset(int index) {
        return offsets[index];
    }

    long size(int index) {
        return sizes[index];
    }

    void size(int index, long size) {
        sizes[index] = size;
    }

    /** Makes parameter {@code index} a value. */
    void value(int index, TaParamType type, int first, int second) {
        types[index] = type;
        a[index] = first;
        b[index] = second;
    }

    void values(int index, int first, int second) {
        a[index] = first;
        b[index] = second;
    }

    /** Makes parameter {@code index} memory that refers to nothing. */
    void nullMemory(int index, TaParamType type) {
        types[index] = type;
    }

    /** Makes parameter {@code index} memory, and takes the reference over, also when a check that follows fails. */
    void memory(int index, TaParamType type, Hold hold, long offset, long size) {
        types[index] = type;
        holds[index] = hold;
        offsets[index] = offset;
        sizes[index] = size;
    }

    /** Makes parameter {@code index} memory that another operation, which lasts longer, has a reference to. */
    void borrow(int index, TaParamType type, Hold hold, long offset, long size) {
        memory(index, type, hold, offset, size);
        borrowed[index] = true;
    }

    Hold hold(int index) {
        return holds[index];
    }

    /** Lets go of all memory. */
    void release(SecureThread thread) {
        for (int i = 0; i < PARAMS; i++) {
            if (holds[i] != null && !borrowed[i]) {
                holds[i].release(thread);
            }
        }
    }
}
