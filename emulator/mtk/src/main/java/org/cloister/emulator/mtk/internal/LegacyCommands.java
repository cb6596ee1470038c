// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import static org.cloister.emulator.optee.TaParamType.VALUE_INOUT;
import static org.cloister.emulator.optee.TaParamType.VALUE_INPUT;
import static org.cloister.emulator.optee.TaParamType.VALUE_OUTPUT;

import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaException;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaSession;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.tee.TeeCode;

/**
 * Serves those of the legacy commands whose parameters are known. All sessions are alike; so are commands for secure
 * memory and for secure chunk memory, as the memory type is a parameter.
 */
final class LegacyCommands implements TaInstance, TaSession {
    private final SecureMemory memory;

    LegacyCommands(SecureMemory memory) {
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
            case MtkCommand.LEGACY_ALLOCATE, MtkCommand.LEGACY_CHUNK_ALLOCATE -> allocate(call, false);
            case MtkCommand.LEGACY_ZEROED_ALLOCATE, MtkCommand.LEGACY_CHUNK_ZEROED_ALLOCATE -> allocate(call, true);
            case MtkCommand.LEGACY_REFERENCE, MtkCommand.LEGACY_CHUNK_REFERENCE -> reference(call);
            case MtkCommand.LEGACY_UNREFERENCE, MtkCommand.LEGACY_CHUNK_UNREFERENCE -> unreference(call);
            default -> TeeCode.NOT_SUPPORTED;
        };
    }

    private int allocate(TaCall call, boolean zeroed) {
        call.require(VALUE_INPUT, VALUE_INPUT, VALUE_INOUT);
        requireZero(call.b(1));
        SecureBuffer buffer = memory.allocate(SecureMemory.Request.of(
                call.b(0), call.a(1), call.a(0), call.a(2), call.b(2), zeroed), call.random());
        call.value(2, buffer.handle(), 0);
        return TeeCode.SUCCESS;
    }

    private int reference(TaCall call) {
        memory.find(handle(call)).reference();
        call.value(1, MtkCommand.FREED, 0);
        return TeeCode.SUCCESS;
    }

    private int unreference(TaCall call) {
        SecureBuffer buffer = memory.find(handle(call));
        boolean done = true;
        if (buffer.references() > 1) {
            buffer.unreference();
        } else {
            done = memory.free(buffer.handle());
        }
        call.value(1, done ? MtkCommand.FREED : MtkCommand.NOT_FREED, 0);
        return TeeCode.SUCCESS;
    }

    private static int handle(TaCall call) {
        call.require(VALUE_INPUT, VALUE_OUTPUT);
        requireZero(call.b(0));
        return call.a(0);
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
