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
import org.cloister.tee.TeeCode;

/**
 * Tells the normal world which trusted applications are to be devices there (OP-TEE: the {@code device} pseudo TA).
 *
 * <p>Command 0 lists those that need nothing of the normal world, as uuids of 16 bytes; commands 1 and 2 those that
 * need the supplicant or its storage, of which there are none.
 */
public final class DeviceApplication implements TrustedApplication {
    private static final UUID ID = UUID.fromString("7011a688-ddde-4053-a5a9-7b3c4ddf13b8");
    private static final int LIST = 0;
    private static final int LIST_FOR_SUPPLICANT = 1;
    private static final int LIST_FOR_STORAGE = 2;
    private static final int UUID_BYTES = 16;

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
        return ID;
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
            case LIST -> list(call, applications.get().stream()
                    .filter(application -> application.flags().contains(TaFlag.DEVICE))
                    .map(TrustedApplication::uuid)
                    .toList());
            case LIST_FOR_SUPPLICANT, LIST_FOR_STORAGE -> list(call, List.of());
            default -> TeeCode.NOT_IMPLEMENTED;
        };
    }

    private static int list(TaCall call, List<UUID> uuids) {
        call.require(TaParamType.MEMORY_OUTPUT);
        TaMemory out = call.memory(0);
        long fits = Math.min(uuids.size(), out.size() / UUID_BYTES);
        for (int i = 0; i < fits; i++) {
            ByteBuffer octets = ByteBuffer.allocate(UUID_BYTES)
                    .putLong(uuids.get(i).getMostSignificantBits())
                    .putLong(uuids.get(i).getLeastSignificantBits());
            out.write((long) i * UUID_BYTES, MemorySegment.ofArray(octets.array()));
        }
        call.written(0, (long) uuids.size() * UUID_BYTES);
        return fits < uuids.size() ? TeeCode.SHORT_BUFFER : TeeCode.SUCCESS;
    }
}
