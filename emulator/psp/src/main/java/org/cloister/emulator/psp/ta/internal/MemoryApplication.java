// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.ta.internal;

import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TaSession;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.emulator.psp.os.internal.Machine;
import org.cloister.emulator.psp.os.internal.MappedMemory;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.layout.ProtectedMemoryApplication;
import org.cloister.tee.TeeCode;

/** Protects mapped memory and gives it back, see {@link ProtectedMemoryApplication}. */
public final class MemoryApplication implements TrustedApplication {
    private final Machine machine;

    /** Makes the application of a board. */
    public MemoryApplication(Machine machine) {
        this.machine = machine;
    }

    @Override
    public UUID uuid() {
        return ProtectedMemoryApplication.APPLICATION;
    }

    @Override
    public String name() {
        return "protected-memory";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION, TaFlag.SECURE_DATA_PATH);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        TaSession session = (command, call) -> switch (command) {
            case ProtectedMemoryApplication.PROTECT -> protect(call);
            case ProtectedMemoryApplication.RELEASE -> release(call);
            case ProtectedMemoryApplication.FIND -> find(call);
            default -> TeeCode.NOT_SUPPORTED;
        };
        return call -> {
            call.require();
            return session;
        };
    }

    private int protect(TaCall call) {
        call.require(TaParamType.MEMORY_INOUT, TaParamType.VALUE_INPUT, TaParamType.VALUE_OUTPUT);
        Optional<AddressRange> whole = call.memory(0) instanceof MappedMemory mapped ? mapped.whole() : Optional.empty();
        if (whole.isEmpty() || call.b(1) != 0) {
            return TeeCode.BAD_PARAMETERS;
        }
        AddressRange range = whole.get();
        try {
            machine.protect(call.a(1), range.base(), range.size());
        } catch (HeapException e) {
            return code(e);
        }
        call.value(2, machine.number(range.base()).orElseThrow(), 0);
        return TeeCode.SUCCESS;
    }

    private int release(TaCall call) {
        call.require(TaParamType.VALUE_INPUT);
        if (call.b(0) != 0) {
            return TeeCode.BAD_PARAMETERS;
        }
        try {
            machine.release(call.a(0));
            return TeeCode.SUCCESS;
        } catch (HeapException e) {
            return code(e);
        }
    }

    private int find(TaCall call) {
        call.require(TaParamType.VALUE_INPUT, TaParamType.VALUE_OUTPUT);
        Optional<Integer> number = machine.number(
                Integer.toUnsignedLong(call.a(0)) | (long) call.b(0) << Integer.SIZE);
        number.ifPresent(found -> call.value(1, found, 0));
        return number.isPresent() ? TeeCode.SUCCESS : TeeCode.ITEM_NOT_FOUND;
    }

    private static int code(HeapException e) {
        return switch (e.error()) {
            case NO_REGION, NO_MEMORY -> TeeCode.OUT_OF_MEMORY;
            case TIMED_OUT -> TeeCode.BUSY;
            case INVALID_ARGUMENT -> TeeCode.BAD_PARAMETERS;
            default -> TeeCode.GENERIC;
        };
    }
}
