// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.ta.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.cloister.emulator.optee.TaCall;
import org.cloister.emulator.optee.TaFlag;
import org.cloister.emulator.optee.TaInstance;
import org.cloister.emulator.optee.TaMemory;
import org.cloister.emulator.optee.TaParamType;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.platform.layout.DeviceEnumeration;
import org.cloister.tee.TeeCode;

/**
 * Tells the normal world which trusted applications are to be devices there (OP-TEE: the {@code device} pseudo TA).
 *
 * <p>Nothing here needs the supplicant or its storage.
 */
public final class DeviceApplication implements TrustedApplication {
    private final Supplier<List<TrustedApplication>> applications;

    /**
     * Makes the application.
     *
     * @param applications all that there are, this one too
     */
    public DeviceApplication(Supplier<List<TrustedApplication>> applications) {
        this.applications = applications;
    }

    @Override
    public UUID uuid() {
        return DeviceEnumeration.APPLICATION;
    }

    @Override
    public String name() {
        return "device";
    }

    @Override
    public Set<TaFlag> flags() {
        return Set.of(TaFlag.PSEUDO, TaFlag.SINGLE_INSTANCE, TaFlag.MULTI_SESSION, TaFlag.KEEP_ALIVE);
    }

    @Override
    public TaInstance create(TaPlatform platform) {
        return call -> this::invoke;
    }

    private int invoke(int command, TaCall call) {
        return switch (command) {
            case DeviceEnumeration.LIST -> list(call, TaFlag.DEVICE);
            case DeviceEnumeration.LIST_FOR_SUPPLICANT, DeviceEnumeration.LIST_FOR_STORAGE -> list(call, List.of());
            case DeviceEnumeration.LIST_MEMORY -> list(call, TaFlag.SERVES_MEMORY);
            default -> TeeCode.NOT_IMPLEMENTED;
        };
    }

    private int list(TaCall call, TaFlag flag) {
        return list(call, applications.get().stream().filter(application -> application.flags().contains(flag))
                .map(TrustedApplication::uuid).toList());
    }

    private static int list(TaCall call, List<UUID> uuids) {
        call.require(TaParamType.MEMORY_OUTPUT);
        TaMemory out = call.memory(0);
        long fits = Math.min(uuids.size(), out.size() / DeviceEnumeration.UUID_BYTES);
        for (int i = 0; i < fits; i++) {
            ByteBuffer octets = ByteBuffer.allocate(DeviceEnumeration.UUID_BYTES)
                    .putLong(uuids.get(i).getMostSignificantBits())
                    .putLong(uuids.get(i).getLeastSignificantBits());
            out.write((long) i * DeviceEnumeration.UUID_BYTES, MemorySegment.ofArray(octets.array()));
        }
        call.written(0, (long) uuids.size() * DeviceEnumeration.UUID_BYTES);
        return fits < uuids.size() ? TeeCode.SHORT_BUFFER : TeeCode.SUCCESS;
    }
}
