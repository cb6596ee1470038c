// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.cloister.backend.linux.kernel.internal.Fields;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeVersion;

/**
 * The argument of one call with its parameters, and what they hold on to while it lasts. For one call, on one thread.
 */
final class TeeArgument implements AutoCloseable {
    private static final VarHandle POINTER = Fields.of(TeeRequests.BUFFER, "buf_ptr");
    private static final VarHandle LENGTH = Fields.of(TeeRequests.BUFFER, "buf_len");
    private static final VarHandle ATTRIBUTE = Fields.of(TeeRequests.PARAMETER, "attr");
    private static final VarHandle A = Fields.of(TeeRequests.PARAMETER, "a");
    private static final VarHandle B = Fields.of(TeeRequests.PARAMETER, "b");
    private static final VarHandle C = Fields.of(TeeRequests.PARAMETER, "c");
    private static final VarHandle LOGIN = Fields.of(TeeRequests.OPEN_ARGUMENT, "clnt_login");
    private static final long CLIENT = 16;

    private final LinuxTee tee;
    private final StructLayout layout;
    private final List<Param> params;
    private final Runnable cancel;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment argument;
    private final List<LinuxTeeMemory.Use> uses = new ArrayList<>();
    private final LinuxTeeMemory[] temporaries;

    /**
     * Writes the parameters.
     *
     * @param layout of the argument without parameters
     * @param cancel asks for the call to be cancelled, should its memory go
     * @throws HeapException {@code INVALID_ARGUMENT} for memory of another TEE, {@code CLOSED}, {@code REVOKED},
     *     {@code NO_MEMORY}, {@code NOT_SUPPORTED}
     */
    TeeArgument(LinuxTee tee, StructLayout layout, List<Param> params, Runnable cancel) {
        this.tee = tee;
        this.layout = layout;
        this.params = params;
        this.cancel = cancel;
        this.temporaries = new LinuxTeeMemory[params.size()];
        argument = arena.allocate(layout.byteSize() + params.size() * TeeRequests.PARAMETER.byteSize(), Long.BYTES);
        boolean done = false;
        try {
            set("num_params", params.size());
            for (int i = 0; i < params.size(); i++) {
                write(i);
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void set(String field, int value) {
        Fields.of(layout, field).set(argument, 0L, value);
    }

    private int get(String field) {
        return (int) Fields.of(layout, field).get(argument, 0L);
    }

    /** What is passed to the kernel. */
    MemorySegment pointer() {
        MemorySegment pointer = arena.allocate(TeeRequests.BUFFER);
        POINTER.set(pointer, 0L, argument.address());
        LENGTH.set(pointer, 0L, argument.byteSize());
        return pointer;
    }

    /** Says which application is wanted, and as whom. Linux finds the user itself, and wants to know the group. */
    void identify(UUID application, Login login) {
        var bytes = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
        argument.set(bytes, 0, application.getMostSignificantBits());
        argument.set(bytes, Long.BYTES, application.getLeastSignificantBits());
        LOGIN.set(argument, 0L, login.method());
        if (login instanceof Login.Group group) {
            argument.set(JAVA_INT_UNALIGNED, CLIENT, group.id());
        }
    }

    /** Says which call of which session it is. */
    void call(int session, int command, int cancelId) {
        set("session", session);
        set("func", command);
        set("cancel_id", cancelId);
    }

    int session() {
        return get("session");
    }

    int result() {
        return get("ret");
    }

    /**
     * Who gave the result.
     *
     * @throws HeapException {@code PROTOCOL} when that is nobody that is known
     */
    TeeResult.Origin origin() {
        int number = get("ret_origin");
        if (number < 1 || number > TeeResult.Origin.values().length) {
            throw new HeapException(HeapError.PROTOCOL, "call a trusted application", "TEE " + tee.id(),
                    "the answer has origin " + Integer.toUnsignedString(number), "see the kernel's log");
        }
        return TeeResult.Origin.values()[number - 1];
    }

    private long at(int index) {
        return layout.byteSize() + index * TeeRequests.PARAMETER.byteSize();
    }

    private void write(int index, long attribute, long a, long b, long c) {
        ATTRIBUTE.set(argument, at(index), attribute);
        A.set(argument, at(index), a);
        B.set(argument, at(index), b);
        C.set(argument, at(index), c);
    }

    private static long type(long kind, Direction direction) {
        return kind + direction.ordinal() + 1;
    }

    private void write(int index) {
        switch (params.get(index)) {
            case Param.None none -> write(index, 0, 0, 0, 0);
            case Param.Value value -> {
                boolean input = value.direction().isInput();
                write(index, type(TeeRequests.VALUE, value.direction()),
                        input ? Integer.toUnsignedLong(value.a()) : 0, input ? Integer.toUnsignedLong(value.b()) : 0, 0);
            }
            case Param.Memory memory -> {
                LinuxTeeMemory own = own(memory);
                uses.add(own.use(cancel));
                write(index, type(TeeRequests.MEMORY, memory.direction()), memory.offset(), memory.size(), own.id());
            }
            case Param.Temporary temporary -> writeTemporary(index, temporary);
        }
    }

    private void writeTemporary(int index, Param.Temporary temporary) {
        long size = temporary.memory().byteSize();
        long type = type(TeeRequests.MEMORY, temporary.direction());
        if (size == 0) {
            if (!tee.device().can(TeeVersion.Capability.NULL_MEMORY)) {
                throw new HeapException(HeapError.NOT_SUPPORTED, "pass memory to a TEE", "memory of 0 bytes",
                        "this TEE takes no parameters without memory", "pass at least one byte");
            }
            write(index, type, 0, 0, TeeRequests.NO_MEMORY);
            return;
        }
        LinuxTeeMemory shared = tee.share(size, temporary.direction());
        temporaries[index] = shared;
        if (temporary.direction().isInput()) {
            shared.segment().orElseThrow().copyFrom(temporary.memory());
        }
        write(index, type, 0, size, shared.id());
    }

    private LinuxTeeMemory own(Param.Memory memory) {
        if (memory.memory() instanceof LinuxTeeMemory own && own.belongsTo(tee)) {
            return own;
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, "pass shared memory to a TEE",
                memory.memory().getClass().getName(), "it was not shared through this object of TEE " + tee.id(),
                "share it with the TEE that is called");
    }

    /** Reads what came back: numbers, and sizes as far as there is memory; temporary memory is copied back. */
    List<Param> results() {
        List<Param> results = new ArrayList<>(params.size());
        for (int i = 0; i < params.size(); i++) {
            results.add(result(i));
        }
        return results;
    }

    private Param result(int index) {
        return switch (params.get(index)) {
            case Param.None none -> none;
            case Param.Value value -> value.direction().isOutput() ? new Param.Value(
                    (int) (long) A.get(argument, at(index)), (int) (long) B.get(argument, at(index)), value.direction())
                    : value;
            case Param.Memory memory -> memory.direction().isOutput() ? new Param.Memory(memory.memory(),
                    memory.offset(), Math.min(size(index), memory.memory().size() - memory.offset()),
                    memory.direction()) : memory;
            case Param.Temporary temporary -> temporary.direction().isOutput() ? copiedBack(index, temporary)
                    : temporary;
        };
    }

    private Param copiedBack(int index, Param.Temporary temporary) {
        long size = size(index);
        if (size > temporary.memory().byteSize() || temporaries[index] == null) {
            return temporary; // it did not fit, so that nothing was written
        }
        MemorySegment written = temporary.memory().asSlice(0, size);
        written.copyFrom(temporaries[index].segment().orElseThrow().asSlice(0, size));
        return new Param.Temporary(written, temporary.direction());
    }

    private long size(int index) {
        long size = (long) B.get(argument, at(index));
        if (size < 0) {
            throw new HeapException(HeapError.PROTOCOL, "call a trusted application", "parameter " + index,
                    "0x%x bytes came back".formatted(size), "see the trusted application");
        }
        return size;
    }

    @Override
    public void close() {
        uses.forEach(LinuxTeeMemory.Use::close);
        for (LinuxTeeMemory temporary : temporaries) {
            if (temporary != null) {
                temporary.close();
            }
        }
        arena.close();
    }
}
