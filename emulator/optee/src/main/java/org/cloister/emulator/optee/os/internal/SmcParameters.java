// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;

/**
 * Memory parameters over OP-TEE's SMC interface: parts of registered memory by its cookie, or memory at an address,
 * which is a list of pages, reserved shared memory, or restricted memory.
 */
final class SmcParameters implements ParameterMemory {
    private final SmcMemory memory;
    private final PageLists lists;

    SmcParameters(SmcMemory memory, PageLists lists) {
        this.memory = memory;
        this.lists = lists;
    }

    @Override
    public int resolve(MemorySegment copy, long at, Operation operation, int index) {
        return switch (OpteeParameter.type(copy, at)) {
            case OpteeParameter.TMEM_INPUT -> temporary(copy, at, operation, index, TaParamType.MEMORY_INPUT);
            case OpteeParameter.TMEM_OUTPUT -> temporary(copy, at, operation, index, TaParamType.MEMORY_OUTPUT);
            case OpteeParameter.TMEM_INOUT -> temporary(copy, at, operation, index, TaParamType.MEMORY_INOUT);
            case OpteeParameter.RMEM_INPUT -> registered(copy, at, operation, index, TaParamType.MEMORY_INPUT);
            case OpteeParameter.RMEM_OUTPUT -> registered(copy, at, operation, index, TaParamType.MEMORY_OUTPUT);
            case OpteeParameter.RMEM_INOUT -> registered(copy, at, operation, index, TaParamType.MEMORY_INOUT);
            default -> TeeCode.BAD_PARAMETERS;
        };
    }

    private int temporary(MemorySegment copy, long at, Operation operation, int index, TaParamType type) {
        long address = OpteeParameter.address(copy, at);
        long size = OpteeParameter.size(copy, at);
        if (address == 0) {
            operation.nullMemory(index, type);
            return TeeCode.SUCCESS;
        }
        if ((OpteeParameter.attributes(copy, at) & OpteeParameter.NONCONTIGUOUS) != 0) {
            Optional<Hold> hold = lists.read(address, size).flatMap(pages -> memory.temporary(
                    pages, (int) (address & Pages.MASK), OpteeParameter.reference(copy, at)));
            hold.ifPresent(found -> operation.memory(index, type, found, 0, size));
            return hold.isPresent() ? TeeCode.SUCCESS : TeeCode.BAD_PARAMETERS;
        }
        Optional<Hold> hold = memory.get(address, size);
        hold.ifPresent(found ->
                operation.memory(index, type, found, address - found.object().address(0), size));
        return hold.isPresent() ? TeeCode.SUCCESS : TeeCode.BAD_PARAMETERS;
    }

    private int registered(MemorySegment copy, long at, Operation operation, int index, TaParamType type) {
        Optional<Hold> hold = memory.get(OpteeParameter.reference(copy, at));
        if (hold.isEmpty()) {
            return TeeCode.BAD_PARAMETERS;
        }
        long offset = OpteeParameter.offset(copy, at);
        long size = OpteeParameter.size(copy, at);
        operation.memory(index, type, hold.get(), offset, size);
        return hold.get().object().contains(offset, size) ? TeeCode.SUCCESS : TeeCode.SECURITY;
    }
}
