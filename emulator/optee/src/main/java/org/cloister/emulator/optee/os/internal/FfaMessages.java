// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.cloister.platform.layout.FfaReceiver;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.TeeCode;

/** Messages that only the FF-A interface has: what lent memory is for. */
final class FfaMessages implements MessageHandler.MessageExtension {
    private final FfaMemory memory;
    private final ProtectedMemory policy;
    private final int endpoint;

    FfaMessages(FfaMemory memory, ProtectedMemory policy, int endpoint) {
        this.memory = memory;
        this.policy = policy;
        this.endpoint = endpoint;
    }

    @Override
    public boolean serve(SecureThread thread, Message message) {
        if (message.command() != OpteeMessage.ASSIGN_PROTMEM || !(policy instanceof ProtectedMemory.Dynamic)) {
            return false;
        }
        int code = TeeCode.BAD_PARAMETERS;
        if (message.paramCount() == 1 && message.attributes(0) == OpteeParameter.VALUE_INPUT) {
            long at = message.param(0);
            code = memory.assign(OpteeParameter.a(message.copy(), at), OpteeParameter.b(message.copy(), at));
        }
        message.result(code);
        return true;
    }

    /** The first fields of a receiver: who is to be named when memory is lent, with which permissions. */
    @Override
    public byte[] accessList() {
        byte[] receiver = new byte[FfaReceiver.SIZE];
        FfaReceiver.write(MemorySegment.ofArray(receiver), 0, FfaReceiver.SIZE, endpoint, FfaReceiver.READ_WRITE, 0);
        return Arrays.copyOf(receiver, 4);
    }
}
