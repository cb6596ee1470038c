// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;

/** Messages that only the SMC interface has: memory that is registered or lent. */
final class SmcMessages implements MessageHandler.MessageExtension {
    private static final byte[] NOBODY = {};

    private final SmcMemory memory;
    private final PageLists lists;
    private final ProtectedMemory policy;

    SmcMessages(SmcMemory memory, PageLists lists, ProtectedMemory policy) {
        this.memory = memory;
        this.lists = lists;
        this.policy = policy;
    }

    @Override
    public boolean serve(SecureThread thread, Message message) {
        boolean dynamic = policy instanceof ProtectedMemory.Dynamic;
        switch (message.command()) {
            case OpteeMessage.REGISTER_SHM -> register(message);
            case OpteeMessage.UNREGISTER_SHM -> unregister(thread, message);
            case OpteeMessage.LEND_PROTMEM -> {
                if (!dynamic) {
                    return false;
                }
                lend(message);
            }
            case OpteeMessage.RECLAIM_PROTMEM -> {
                if (!dynamic) {
                    return false;
                }
                reclaim(thread, message);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void register(Message message) {
        boolean done = false;
        if (message.paramCount() == 1
                && message.attributes(0) == (OpteeParameter.TMEM_OUTPUT | OpteeParameter.NONCONTIGUOUS)) {
            MemorySegment copy = message.copy();
            long at = message.param(0);
            long address = OpteeParameter.address(copy, at);
            done = lists.read(address, OpteeParameter.size(copy, at))
                    .map(pages -> memory.register(
                            pages, (int) (address & Pages.MASK), OpteeParameter.reference(copy, at)))
                    .orElse(false);
        }
        message.result(done ? TeeCode.SUCCESS : TeeCode.BAD_PARAMETERS);
    }

    private void unregister(SecureThread thread, Message message) {
        if (message.paramCount() != 1) {
            malformed(message);
            return;
        }
        long cookie = OpteeParameter.reference(message.copy(), message.param(0));
        message.result(memory.unregister(thread, cookie));
    }

    private void lend(Message message) {
        int code = TeeCode.BAD_PARAMETERS;
        if (message.paramCount() == 2 && message.attributes(0) == OpteeParameter.VALUE_INPUT
                && message.attributes(1) == OpteeParameter.TMEM_INPUT) {
            MemorySegment copy = message.copy();
            long useCase = OpteeParameter.a(copy, message.param(0));
            long at = message.param(1);
            if (useCase > 0 && useCase <= Integer.MAX_VALUE) {
                code = memory.lend(OpteeParameter.address(copy, at), OpteeParameter.size(copy, at),
                        OpteeParameter.reference(copy, at), (int) useCase);
            }
        }
        message.result(code);
    }

    private void reclaim(SecureThread thread, Message message) {
        if (message.paramCount() != 1 || message.attributes(0) != OpteeParameter.RMEM_INPUT) {
            malformed(message);
            return;
        }
        long cookie = OpteeParameter.reference(message.copy(), message.param(0));
        message.result(memory.reclaim(thread, cookie));
    }

    private static void malformed(Message message) {
        message.result(TeeCode.BAD_PARAMETERS);
        message.origin(TeeResult.Origin.TEE.number());
    }

    @Override
    public byte[] accessList() {
        return NOBODY;
    }
}
