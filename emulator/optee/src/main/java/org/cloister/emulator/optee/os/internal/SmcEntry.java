// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;

/**
 * The fast calls of OP-TEE's SMC interface. Answers are in x0 to x3; where a call leaves one of them alone the caller's
 * value comes back. Safe for use by any thread.
 */
public final class SmcEntry {
    private static final int[] API_UID = {0x384fb3e0, 0xe7f811e3, 0xaf630002, 0xa5d5c51b};
    private static final int[] OS_UUID = {0x486178e0, 0xe7f811e3, 0xbc5e0002, 0xa5d5c51b};
    private static final int API_MAJOR = 2;
    private static final int API_MINOR = 0;
    private static final int CALLS = 12;
    private static final int CACHED = 1;
    private static final int WIDTH = 64;

    private final OsConfig config;
    private final SecureThreads threads;
    private final Notifications notifications;
    private final RpcCache cache;

    SmcEntry(OsConfig config, SecureThreads threads, Notifications notifications, RpcCache cache) {
        this.config = config;
        this.threads = threads;
        this.notifications = notifications;
        this.cache = cache;
    }

    /** Serves a fast call, in place. */
    public void serve(SmcRegisters registers) {
        switch (registers.w(0)) {
            case OpteeSmc.CALLS_COUNT -> registers.setW(0, CALLS);
            case OpteeSmc.CALLS_UID -> words(registers, API_UID);
            case OpteeSmc.CALLS_REVISION -> registers.setW(0, API_MAJOR).setW(1, API_MINOR);
            case OpteeSmc.GET_OS_UUID -> words(registers, OS_UUID);
            case OpteeSmc.GET_OS_REVISION -> registers.setW(0, config.major()).setW(1, config.minor()).setW(2, 0);
            case OpteeSmc.GET_SHM_CONFIG -> reserved(registers);
            case OpteeSmc.EXCHANGE_CAPABILITIES -> exchange(registers);
            case OpteeSmc.DISABLE_SHM_CACHE -> disableCache(registers);
            case OpteeSmc.ENABLE_SHM_CACHE -> enableCache(registers);
            case OpteeSmc.BOOT_SECONDARY -> registers.setW(0, OpteeSmc.ENOTAVAIL);
            case OpteeSmc.GET_THREAD_COUNT -> registers.setW(0, OpteeSmc.OK).setW(1, threads.count());
            case OpteeSmc.ENABLE_ASYNC_NOTIF -> {
                notifications.enable(0, 0);
                registers.setW(0, OpteeSmc.OK);
            }
            case OpteeSmc.GET_ASYNC_NOTIF_VALUE -> registers.setW(0, OpteeSmc.OK).setW(1, 0).setW(2, 0);
            case OpteeSmc.GET_PROTMEM_CONFIG -> area(registers);
            default -> registers.setW(0, OpteeSmc.UNKNOWN_FUNCTION);
        }
    }

    private static void words(SmcRegisters registers, int[] words) {
        for (int i = 0; i < words.length; i++) {
            registers.setW(i, words[i]);
        }
    }

    private void reserved(SmcRegisters registers) {
        Optional<MemoryRange> range = config.reserved();
        if (range.isEmpty()) {
            registers.setW(0, OpteeSmc.UNKNOWN_FUNCTION);
            return;
        }
        registers.setW(0, OpteeSmc.OK).set(1, range.get().base()).set(2, range.get().size()).setW(3, CACHED);
    }

    private void exchange(SmcRegisters registers) {
        if ((registers.x(1) & ~OpteeSmc.NSEC_UNIPROCESSOR) != 0) {
            registers.setW(0, OpteeSmc.ENOTAVAIL);
            return;
        }
        int capabilities = OpteeSmc.CAP_DYNAMIC_SHM | OpteeSmc.CAP_MEMREF_NULL | OpteeSmc.CAP_ASYNC_NOTIF
                | OpteeSmc.CAP_RPC_ARG | OpteeSmc.CAP_RPMB_PROBE;
        if (config.reserved().isPresent()) {
            capabilities |= OpteeSmc.CAP_RESERVED_SHM;
        }
        capabilities |= switch (config.protectedMemory()) {
            case ProtectedMemory.None none -> 0;
            case ProtectedMemory.Static area -> OpteeSmc.CAP_PROTMEM;
            case ProtectedMemory.Dynamic lent -> OpteeSmc.CAP_DYNAMIC_PROTMEM;
        };
        registers.setW(0, OpteeSmc.OK).setW(1, capabilities)
                .setW(2, WaitQueue.FIRST_THREAD_VALUE + threads.count()).setW(3, OpteeRpc.MAX_PARAMS);
    }

    private void disableCache(SmcRegisters registers) {
        if (!threads.allFree()) {
            registers.setW(0, OpteeSmc.EBUSY);
            return;
        }
        Optional<Hold> room = cache.disable();
        if (room.isEmpty()) {
            registers.setW(0, OpteeSmc.ENOTAVAIL);
            return;
        }
        registers.setW(0, OpteeSmc.OK).setPair(2, 1, room.get().object().cookie());
        // nobody waits for room that a thread kept, hence nobody is to be told
        room.get().releaseUnobserved();
    }

    private void enableCache(SmcRegisters registers) {
        boolean free = threads.allFree();
        if (free) {
            cache.enable();
        }
        registers.setW(0, free ? OpteeSmc.OK : OpteeSmc.EBUSY);
    }

    private void area(SmcRegisters registers) {
        if (config.protectedMemory() instanceof ProtectedMemory.Static area) {
            registers.setW(0, OpteeSmc.OK).set(1, area.base()).set(2, area.size()).setW(3, WIDTH);
        } else {
            registers.setW(0, OpteeSmc.UNKNOWN_FUNCTION);
        }
    }
}
