// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.OpteeRpc;
import org.cloister.platform.conduit.SmcCode;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.tee.TeeCode;

/**
 * The services of the trusted OS behind FF-A direct requests. Safe for use by any thread.
 */
public final class FfaServices {
    private static final int API_MAJOR = 1;
    private static final int API_MINOR = 0;

    private final Machine machine;
    private final OsConfig config;
    private final FfaMemory memory;
    private final CoreMapping mapping;
    private final SecureThreads threads;
    private final Notifications notifications;
    private final MessageHandler messages;
    // who gets the answers of a thread's call; written before the call runs, read when it left
    private final int[] clients;

    FfaServices(Machine machine, OsConfig config, FfaMemory memory, CoreMapping mapping, SecureThreads threads,
            Notifications notifications, MessageHandler messages) {
        this.machine = machine;
        this.config = config;
        this.memory = memory;
        this.mapping = mapping;
        this.threads = threads;
        this.notifications = notifications;
        this.messages = messages;
        this.clients = new int[threads.count()];
    }

    /** Serves a direct request to the trusted OS, in place. */
    public void serve(SmcRegisters registers) {
        if ((registers.w(3) & OpteeFfa.YIELDING) == 0) {
            blocking(registers);
        } else if (registers.x(3) == Integer.toUnsignedLong(OpteeFfa.RESUME)) {
            resume(registers);
        } else {
            begin(registers);
        }
    }

    private void blocking(SmcRegisters registers) {
        int w3 = 0;
        int w4 = 0;
        int w5 = 0;
        switch ((int) registers.x(3)) {
            case OpteeFfa.GET_API_VERSION -> {
                w3 = API_MAJOR;
                w4 = API_MINOR;
            }
            case OpteeFfa.GET_OS_VERSION -> {
                w3 = config.major();
                w4 = config.minor();
            }
            case OpteeFfa.EXCHANGE_CAPABILITIES -> {
                w4 = OpteeRpc.MAX_PARAMS;
                w5 = OpteeFfa.CAP_ARG_OFFSET | OpteeFfa.CAP_ASYNC_NOTIF | OpteeFfa.CAP_RPMB_PROBE
                        | (lends() ? OpteeFfa.CAP_PROTMEM : 0);
            }
            case OpteeFfa.UNREGISTER_SHM -> w3 = unregister(registers);
            case OpteeFfa.ENABLE_ASYNC_NOTIF -> w3 = notifications.enable(registers.w(4), registers.w(1) >>> 16);
            case OpteeFfa.RELEASE_PROTMEM -> w3 = lends() ? unregister(registers) : TeeCode.BAD_PARAMETERS;
            default -> w3 = TeeCode.BAD_PARAMETERS;
        }
        answer(registers, swapped(registers), w3, w4, w5, 0, 0);
    }

    private boolean lends() {
        return config.protectedMemory() instanceof ProtectedMemory.Dynamic;
    }

    private int unregister(SmcRegisters registers) {
        return memory.unregister(registers.pair(4, 5)) ? FfaStatus.SUCCESS.code() : FfaStatus.BUSY.code();
    }

    private void begin(SmcRegisters registers) {
        int client = swapped(registers);
        int service = registers.w(3);
        long handle = registers.pair(4, 5);
        long offset = Integer.toUnsignedLong(registers.w(6));
        Optional<Outcome> outcome = threads.run(thread -> {
            clients[thread.id()] = client;
            return service == OpteeFfa.CALL_WITH_ARG
                    ? withArgument(thread, handle, offset)
                    : FfaStatus.DENIED.code();
        });
        settle(registers, client, outcome, TeeCode.BUSY);
    }

    private void resume(SmcRegisters registers) {
        int id = registers.w(7);
        int client = id >= 0 && id < clients.length ? clients[id] : swapped(registers);
        Optional<Outcome> outcome = threads.resume(id, Resumption.NOTHING);
        settle(registers, outcome.isPresent() ? client : swapped(registers), outcome, TeeCode.BAD_PARAMETERS);
    }

    private static void settle(SmcRegisters registers, int client, Optional<Outcome> outcome, int none) {
        if (outcome.isEmpty()) {
            answer(registers, client, none, 0, 0, 0, 0);
            return;
        }
        switch (outcome.get()) {
            case Outcome.Done done -> answer(registers, client, done.code(), 0, 0, 0, 0);
            case Outcome.Suspended suspended -> {
                int reason = suspended.reason() instanceof Suspension.Interrupt
                        ? OpteeFfa.RETURN_INTERRUPT : OpteeFfa.RETURN_RPC_CMD;
                answer(registers, client, 0, reason, 0, 0, suspended.thread());
            }
        }
    }

    private int withArgument(SecureThread thread, long handle, long offset) {
        Optional<Hold> hold = memory.get(handle, 0);
        if (hold.isEmpty()) {
            return TeeCode.BAD_PARAMETERS;
        }
        MemoryObject object = hold.get().object();
        try {
            int code = mapping.map(object);
            if (code != TeeCode.SUCCESS) {
                return code;
            }
            try {
                return message(thread, object, offset);
            } finally {
                mapping.unmap(object);
            }
        } finally {
            hold.get().release(thread);
        }
    }

    private int message(SecureThread thread, MemoryObject object, long offset) {
        Optional<Message> message = Message.open(machine.memory(), object, offset, thread.messageScratch());
        if (message.isEmpty() || !object.contains(message.get().end(), Rpc.MESSAGE_SIZE)) {
            return TeeCode.BAD_PARAMETERS;
        }
        thread.rpc(new FfaRpc(machine, memory, object, message.get().end()));
        return messages.serve(thread, message.get());
    }

    private static int swapped(SmcRegisters registers) {
        return Integer.rotateLeft(registers.w(1), 16);
    }

    private static void answer(SmcRegisters registers, int client, int w3, int w4, int w5, int w6, int w7) {
        int response = SmcCode.isWide(registers.w(0))
                ? FfaFunction.wide(FfaFunction.DIRECT_RESPONSE) : FfaFunction.DIRECT_RESPONSE;
        registers.function(response).setW(1, client).setW(3, w3).setW(4, w4).setW(5, w5).setW(6, w6).setW(7, w7);
    }
}
