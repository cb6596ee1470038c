// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import static org.cloister.emulator.optee.TaParamType.MEMORY_OUTPUT;
import static org.cloister.emulator.optee.TaParamType.VALUE_INOUT;
import static org.cloister.emulator.optee.TaParamType.VALUE_INPUT;
import static org.cloister.emulator.optee.TaParamType.VALUE_OUTPUT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaSession;
import org.cloister.heap.Access;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.platform.layout.MtkSegment;
import org.cloister.tee.TeeCode;

/** Serves the current commands. All sessions are alike. */
final class CurrentCommands implements TaInstance, TaSession {
    private static final int RIGHTS = MtkCommand.READ | MtkCommand.WRITE;

    private final SecureMemory memory;

    CurrentCommands(SecureMemory memory) {
        this.memory = memory;
    }

    @Override
    public TaSession open(TaCall call) {
        call.require();
        return this;
    }

    @Override
    public int invoke(int command, TaCall call) {
        return switch (command) {
            case MtkCommand.ZEROED_ALLOCATE -> allocate(call);
            case MtkCommand.FREE -> free(call);
            case MtkCommand.RETRIEVE_SEGMENTS -> retrieve(call);
            case MtkCommand.REGION_COUNT -> count(call);
            case MtkCommand.PROTECT_FOR -> protectFor(call);
            default -> TeeCode.NOT_SUPPORTED;
        };
    }

    private int allocate(TaCall call) {
        call.require(VALUE_INPUT, VALUE_INPUT, VALUE_INOUT, VALUE_OUTPUT);
        requireZero(call.b(1));
        SecureBuffer buffer = memory.allocate(SecureMemory.Request.of(
                call.a(1), call.a(0), call.b(0), call.a(2), call.b(2), true), call.random());
        List<Piece> pieces = buffer.pieces();
        call.value(2, pieces.size(), pieces.size() == 1 ? (int) pieces.getFirst().address() : 0);
        call.value(3, buffer.handle(), 0);
        return TeeCode.SUCCESS;
    }

    private int free(TaCall call) {
        call.require(VALUE_INPUT, VALUE_OUTPUT);
        requireZero(call.b(0));
        call.value(1, memory.free(call.a(0)) ? MtkCommand.FREED : MtkCommand.NOT_FREED, 0);
        return TeeCode.SUCCESS;
    }

    private int retrieve(TaCall call) {
        call.require(VALUE_INPUT, MEMORY_OUTPUT);
        requireZero(call.b(0));
        List<AddressRange> places = memory.places(call.a(0));
        TaMemory out = call.memory(1);
        long wanted = MtkSegment.at(places.size());
        call.written(1, wanted);
        if (out.size() < wanted) {
            return TeeCode.SHORT_BUFFER;
        }
        if (out.check(TaMemory.WRITE | TaMemory.ANY_OWNER | TaMemory.NONSECURE) != TeeCode.SUCCESS) {
            return TeeCode.ACCESS_DENIED;
        }
        MemorySegment list = MemorySegment.ofArray(new byte[(int) wanted]);
        for (int i = 0; i < places.size(); i++) {
            MtkSegment.write(list, MtkSegment.at(i), places.get(i).base(), places.get(i).size());
        }
        out.write(0, list);
        return TeeCode.SUCCESS;
    }

    private int count(TaCall call) {
        call.require(VALUE_INOUT);
        call.value(0, memory.regionCount(SecureMemory.range(call.a(0), call.b(0))), 0);
        return TeeCode.SUCCESS;
    }

    private int protectFor(TaCall call) {
        call.require(VALUE_INPUT, VALUE_INPUT, VALUE_OUTPUT);
        Access rights = switch (call.b(1)) {
            case MtkCommand.READ -> Access.READ;
            case MtkCommand.WRITE -> Access.WRITE;
            case RIGHTS -> Access.READ_WRITE;
            default -> throw new TaException(TeeCode.BAD_PARAMETERS, call.b(1) + " are no rights");
        };
        int handle = memory.protectFor(SecureMemory.range(call.a(0), call.b(0)), call.a(1), rights, call.random());
        call.value(2, handle, memory.regionsLeft());
        return TeeCode.SUCCESS;
    }

    private static void requireZero(int reserved) {
        if (reserved != 0) {
            throw new TaException(TeeCode.BAD_PARAMETERS, "a reserved number is " + reserved);
        }
    }

    @Override
    public String toString() {
        return memory.toString();
    }
}
