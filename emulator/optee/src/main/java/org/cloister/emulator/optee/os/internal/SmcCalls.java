// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Optional;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;

/**
 * The yielding calls of OP-TEE's SMC interface: messages at an address or in registered memory. Answers are in x0 to
 * x3. Safe for use by any thread.
 */
public final class SmcCalls {
    private final Machine machine;
    private final SmcMemory memory;
    private final PageLists lists;
    private final CoreMapping mapping;
    private final SecureThreads threads;
    private final RpcCache cache;
    private final MessageHandler messages;

    SmcCalls(Machine machine, SmcMemory memory, PageLists lists, CoreMapping mapping, SecureThreads threads,
            RpcCache cache, MessageHandler messages) {
        this.machine = machine;
        this.memory = memory;
        this.lists = lists;
        this.mapping = mapping;
        this.threads = threads;
        this.cache = cache;
        this.messages = messages;
    }

    /** Serves a yielding call, in place. */
    public void serve(SmcRegisters registers) {
        int function = registers.w(0);
        long reference = registers.pair(2, 1);
        Optional<Outcome> outcome;
        if (function == OpteeSmc.RETURN_FROM_RPC) {
            outcome = threads.resume(registers.w(3), new Resumption(reference, registers.pair(5, 4)));
        } else {
            long offset = Integer.toUnsignedLong(registers.w(3));
            outcome = threads.run(thread -> begin(thread, function, reference, offset));
        }
        if (outcome.isEmpty()) {
            int code = function == OpteeSmc.RETURN_FROM_RPC ? OpteeSmc.ERESUME : OpteeSmc.ETHREAD_LIMIT;
            answer(registers, code, 0, 0, 0);
            return;
        }
        switch (outcome.get()) {
            case Outcome.Done done -> answer(registers, done.code(), 0, 0, 0);
            case Outcome.Suspended suspended -> request(registers, suspended);
        }
    }

    private static void request(SmcRegisters registers, Outcome.Suspended suspended) {
        int thread = suspended.thread();
        switch (suspended.reason()) {
            case Suspension.Interrupt interrupt -> answer(registers, OpteeSmc.RPC_FOREIGN_INTERRUPT, 0, 0, thread);
            case Suspension.Command command -> answer(registers, OpteeSmc.RPC_CMD,
                    (int) (command.cookie() >>> 32), (int) command.cookie(), thread);
            case Suspension.Allocate allocate ->
                    answer(registers, OpteeSmc.RPC_ALLOC, (int) allocate.size(), 0, thread);
            case Suspension.Free free -> answer(registers, OpteeSmc.RPC_FREE,
                    (int) (free.cookie() >>> 32), (int) free.cookie(), thread);
        }
    }

    private static void answer(SmcRegisters registers, int x0, int x1, int x2, int x3) {
        registers.setW(0, x0).setW(1, x1).setW(2, x2).setW(3, x3);
    }

    private int begin(SecureThread thread, int function, long reference, long offset) {
        return switch (function) {
            case OpteeSmc.CALL_WITH_ARG -> atAddress(thread, reference, false);
            case OpteeSmc.CALL_WITH_RPC_ARG -> atAddress(thread, reference, true);
            case OpteeSmc.CALL_WITH_REGD_ARG -> registered(thread, reference, offset);
            default -> OpteeSmc.EBADCMD;
        };
    }

    private int atAddress(SecureThread thread, long address, boolean room) {
        Optional<MemoryRange> reserved = memory.reserved(address, OpteeMessage.SIZE);
        if (reserved.isPresent()) {
            return inObject(thread, reserved.get(), address - reserved.get().base(), room);
        }
        Optional<Hold> page = Pages.aligned(address)
                ? memory.temporary(new long[] {address}, 0, 0)
                : Optional.empty();
        if (page.isEmpty()) {
            return OpteeSmc.EBADADDR;
        }
        try {
            return mapped(thread, page.get().object(), 0, room);
        } finally {
            page.get().release(thread);
        }
    }

    private int registered(SecureThread thread, long cookie, long offset) {
        Optional<Hold> hold = memory.get(cookie);
        if (hold.isEmpty()) {
            return OpteeSmc.EBADADDR;
        }
        try {
            return mapped(thread, hold.get().object(), offset, true);
        } finally {
            hold.get().release(thread);
        }
    }

    private int mapped(SecureThread thread, MemoryObject object, long offset, boolean room) {
        if (mapping.map(object) != TeeCode.SUCCESS) {
            return OpteeSmc.ENOMEM;
        }
        try {
            return inObject(thread, object, offset, room);
        } finally {
            mapping.unmap(object);
        }
    }

    private int inObject(SecureThread thread, MemoryObject object, long offset, boolean room) {
        if (!object.contains(offset, OpteeMessage.SIZE) || object.address(offset) % 8 != 0) {
            return OpteeSmc.EBADADDR;
        }
        Optional<Message> message = Message.open(machine.memory(), object, offset, thread.messageScratch());
        if (message.isEmpty() || room && !object.contains(message.get().end(), Rpc.MESSAGE_SIZE)) {
            return OpteeSmc.EBADADDR;
        }
        Optional<Rpc.Place> given = room
                ? Optional.of(new Rpc.Place(object, message.get().end())) : Optional.empty();
        var rpc = new SmcRpc(machine, memory, lists, cache, given);
        thread.rpc(rpc);
        int code = messages.serve(thread, message.get());
        if (code != TeeCode.SUCCESS) {
            return OpteeSmc.EBADCMD;
        }
        rpc.finish(thread);
        return OpteeSmc.OK;
    }
}
