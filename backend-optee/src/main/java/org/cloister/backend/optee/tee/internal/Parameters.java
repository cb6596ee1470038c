// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloister.backend.optee.abi.internal.Attributes;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.backend.optee.abi.internal.SharedPages;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.tee.MemoryUses;
import org.cloister.tee.Param;

/**
 * The parameters of one call: what they hold on to while it lasts, how they are written to its message and read back. For
 * one call, on one thread.
 */
final class Parameters implements AutoCloseable {
    private final Driver driver;
    private final List<Param> params;
    private final List<MemoryUses.Use> uses = new ArrayList<>();
    private final SharedPages[] temporaries;

    /**
     * Holds on to memory parameters, and copies temporary memory to where OP-TEE sees it.
     *
     * @param cancel asks for the call to be cancelled, should its memory go
     * @throws HeapException {@code INVALID_ARGUMENT} for memory of another TEE, {@code CLOSED}, {@code REVOKED},
     *     {@code NO_MEMORY}
     */
    Parameters(Driver driver, List<Param> params, Runnable cancel) {
        this.driver = driver;
        this.params = params;
        this.temporaries = new SharedPages[params.size()];
        boolean done = false;
        try {
            for (int i = 0; i < temporaries.length; i++) {
                hold(i, cancel);
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void hold(int index, Runnable cancel) {
        switch (params.get(index)) {
            case Param.None none -> { }
            case Param.Value value -> { }
            case Param.Memory memory -> uses.add(own(memory).use(cancel));
            case Param.Temporary temporary -> {
                long size = temporary.memory().byteSize();
                if (size == 0) {
                    requireNullMemory();
                } else {
                    temporaries[index] = driver.share(size);
                    if (temporary.direction().isInput()) {
                        driver.pages().memory().write(temporaries[index].address(), temporary.memory());
                    }
                }
            }
        }
    }

    private void requireNullMemory() {
        if (!driver.transport().takesNullMemory()) {
            throw new HeapException(HeapError.NOT_SUPPORTED, "pass memory to a TEE", "memory of 0 bytes",
                    "this OP-TEE takes no parameters without memory", "pass at least one byte");
        }
    }

    private OpteeMemory own(Param.Memory memory) {
        if (memory.memory() instanceof OpteeMemory own) {
            return own;
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, "pass shared memory to a TEE",
                memory.memory().getClass().getName(), "it was not shared with OP-TEE by this driver",
                "share it with the TEE that is called");
    }

    /** Writes them to the message, from parameter {@code first} on. */
    void write(Message message, int first) {
        for (int i = 0; i < temporaries.length; i++) {
            int index = first + i;
            switch (params.get(i)) {
                case Param.None none -> { }
                case Param.Value value -> message.words(index, Attributes.value(value.direction()),
                        value.direction().isInput() ? Integer.toUnsignedLong(value.a()) : 0,
                        value.direction().isInput() ? Integer.toUnsignedLong(value.b()) : 0, 0);
                case Param.Memory memory ->
                        own(memory).write(message, index, memory.direction(), memory.offset(), memory.size());
                case Param.Temporary temporary -> {
                    if (temporaries[i] == null) {
                        message.nullMemory(index, temporary.direction());
                    } else {
                        message.memory(index, temporary.direction(), temporaries[i].reference(), 0,
                                temporary.memory().byteSize());
                    }
                }
            }
        }
    }

    /**
     * Reads what came back: numbers, and sizes as far as there is memory; temporary memory is copied back.
     *
     * @throws HeapException {@code PROTOCOL} for a size that is negative
     */
    List<Param> read(Message message, int first) {
        List<Param> results = new ArrayList<>(temporaries.length);
        for (int i = 0; i < temporaries.length; i++) {
            results.add(read(message, first + i, i));
        }
        return results;
    }

    private Param read(Message message, int index, int i) {
        return switch (params.get(i)) {
            case Param.None none -> none;
            case Param.Value value -> value.direction().isOutput()
                    ? new Param.Value((int) message.a(index), (int) message.b(index), value.direction()) : value;
            case Param.Memory memory -> memory.direction().isOutput()
                    ? new Param.Memory(memory.memory(), memory.offset(), Math.min(size(message, index),
                            memory.memory().size() - memory.offset()), memory.direction())
                    : memory;
            case Param.Temporary temporary -> temporary.direction().isOutput()
                    ? readBack(message, index, i, temporary) : temporary;
        };
    }

    private Param readBack(Message message, int index, int i, Param.Temporary temporary) {
        long size = size(message, index);
        long capacity = temporary.memory().byteSize();
        if (size > capacity || temporaries[i] == null) {
            return temporary; // it did not fit, so that nothing was written
        }
        MemorySegment written = temporary.memory().asSlice(0, size);
        if (size > 0) {
            driver.pages().memory().read(temporaries[i].address(), written);
        }
        return new Param.Temporary(written, temporary.direction());
    }

    private static long size(Message message, int index) {
        long size = message.size(index);
        if (size < 0) {
            throw new HeapException(HeapError.PROTOCOL, "call a trusted application", "parameter " + index,
                    "0x%x bytes came back".formatted(size), "see the trusted application");
        }
        return size;
    }

    /** Nobody knows whether the call is over: what it may still use is kept from others. */
    void lose() {
        uses.forEach(MemoryUses.Use::lose);
        Arrays.fill(temporaries, null);
    }

    @Override
    public void close() {
        uses.forEach(MemoryUses.Use::close);
        for (SharedPages temporary : temporaries) {
            if (temporary != null) {
                temporary.close();
            }
        }
    }
}
