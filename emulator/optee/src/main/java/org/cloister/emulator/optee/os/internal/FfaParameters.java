// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;

/** Memory parameters over FF-A: parts of memory that was shared or lent, by its handle. */
final class FfaParameters implements ParameterMemory {
    private final FfaMemory memory;

    FfaParameters(FfaMemory memory) {
        this.memory = memory;
    }

    @Override
    public int resolve(MemorySegment copy, long at, Operation operation, int index) {
        TaParamType type;
        switch (OpteeParameter.type(copy, at)) {
            case OpteeParameter.RMEM_INPUT -> type = TaParamType.MEMORY_INPUT;
            case OpteeParameter.RMEM_OUTPUT -> type = TaParamType.MEMORY_OUTPUT;
            case OpteeParameter.RMEM_INOUT -> type = TaParamType.MEMORY_INOUT;
            default -> {
                return TeeCode.BAD_PARAMETERS;
            }
        }
        long handle = OpteeParameter.reference(copy, at);
        long size = OpteeParameter.size(copy, at);
        if (handle == OpteeParameter.NO_HANDLE && size == 0) {
            operation.nullMemory(index, type);
            return TeeCode.SUCCESS;
        }
        Optional<Hold> hold = memory.get(handle, OpteeParameter.internalOffset(copy, at));
        if (hold.isEmpty()) {
            return TeeCode.BAD_PARAMETERS;
        }
        long offset = OpteeParameter.sharedOffset(copy, at);
        operation.memory(index, type, hold.get(), offset, size);
        return hold.get().object().contains(offset, size) ? TeeCode.SUCCESS : TeeCode.SECURITY;
    }
}
