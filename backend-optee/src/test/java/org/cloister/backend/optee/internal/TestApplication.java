// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.tee.TeeCode;

/** A trusted application that does what tests want. */
public final class TestApplication implements TrustedApplication {
    public static final UUID ID = UUID.fromString("6a2f5b5c-9d0e-4c5e-8f5a-3a1c7d2b9e10");

    /** Parameter 0 of {@code open}: refuses with the code in a. */
    public static final int REFUSE = 1;

    /** Memory 0, in, to memory 1, out; SHORT_BUFFER with the wanted size. */
    public static final int ECHO = 0;
    /** Value 0, inout: a becomes a + b, b becomes a - b. */
    public static final int SUM = 1;
    /** Runs until it is cancelled; opens the latch of value 0. */
    public static final int WAIT = 2;
    /** Panics. */
    public static final int PANIC = 3;
    /** Uses memory of the normal world, value 0 a bytes. */
    public static final int BORROW = 4;
    /** Returns value 0 a. */
    public static final int CODE = 5;
    /** Fills memory 0, inout, with value 1 a; refuses what is not restricted when value 1 b is not zero. */
    public static final int FILL = 6;

    private static volatile CountDownLatch waiting = new CountDownLatch(1);

    /** A latch that the next WAIT opens. */
    public static CountDownLatch nextWait() {
        waiting = new CountDownLatch(1);
        return waiting;
    }

    @Override
    public UUID uuid() {
        return ID;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SECURE_DATA_PATH);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        return call -> {
            if (call.type(0) == TaParamType.VALUE_INPUT) {
                throw new TaException(call.a(0), "it is told to refuse");
            }
            return (TaSession) TestApplication::invoke;
        };
    }

    private static int invoke(int command, TaCall call) {
        switch (command) {
            case ECHO -> {
                byte[] bytes = new byte[(int) call.memory(0).size()];
                call.memory(0).read(0, MemorySegment.ofArray(bytes));
                boolean fits = call.memory(1).size() >= bytes.length;
                call.written(1, bytes.length);
                if (!fits) {
                    return TeeCode.SHORT_BUFFER;
                }
                call.memory(1).write(0, MemorySegment.ofArray(bytes));
            }
            case SUM -> {
                call.require(TaParamType.VALUE_INOUT);
                call.value(0, call.a(0) + call.b(0), call.a(0) - call.b(0));
            }
            case WAIT -> {
                waiting.countDown();
                while (!call.isCancelled()) {
                    Thread.onSpinWait();
                }
                return TeeCode.CANCEL;
            }
            case PANIC -> throw new IllegalStateException("it is told to panic");
            case BORROW -> {
                TaMemory memory = call.allocateShared(call.a(0));
                byte[] bytes = new byte[call.a(0)];
                bytes[bytes.length - 1] = 42;
                memory.write(0, MemorySegment.ofArray(bytes));
                byte[] back = new byte[bytes.length];
                memory.read(0, MemorySegment.ofArray(back));
                return back[back.length - 1] == 42 ? TeeCode.SUCCESS : TeeCode.GENERIC;
            }
            case CODE -> {
                return call.a(0);
            }
            case FILL -> {
                TaMemory memory = call.memory(0);
                if (call.b(1) != 0 && memory.check(TaMemory.WRITE | TaMemory.ANY_OWNER | TaMemory.SECURE)
                        != TeeCode.SUCCESS) {
                    return TeeCode.ACCESS_DENIED;
                }
                byte[] bytes = new byte[(int) memory.size()];
                MemorySegment.ofArray(bytes).fill((byte) call.a(1));
                memory.write(0, MemorySegment.ofArray(bytes));
            }
            default -> {
                return TeeCode.NOT_IMPLEMENTED;
            }
        }
        return TeeCode.SUCCESS;
    }

    /** A segment with these bytes in the normal world's own heap. */
    public static MemorySegment bytes(int... values) {
        MemorySegment segment = MemorySegment.ofArray(new byte[values.length]);
        for (int i = 0; i < values.length; i++) {
            segment.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
        }
        return segment;
    }
}
