// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;

/** Lends by FFA_MEM_LEND, and says by a message what the memory is for. */
final class FfaLoans implements Loans {
    private final FfaTransport transport;
    private final Messages messages;

    FfaLoans(FfaTransport transport, Messages messages) {
        this.transport = transport;
        this.messages = messages;
    }

    @Override
    public long lend(long address, long size, int useCase, LoanTerms terms) {
        return transport.transact("lend memory to OP-TEE", FfaFunction.MEM_LEND, 0, useCase, terms.receivers(), address,
                size);
    }

    @Override
    public void assign(long reference, int useCase) {
        String what = "assign lent memory to use case " + useCase;
        try (Message message = messages.begin(what, OpteeMessage.ASSIGN_PROTMEM, 0, 0, 0, 1)) {
            message.words(0, OpteeParameter.VALUE_INPUT, reference, useCase, 0).sendOrThrow();
        }
    }

    @Override
    public void release(long reference) {
        transport.service("have OP-TEE release lent memory", OpteeFfa.RELEASE_PROTMEM, reference);
    }

    @Override
    public void reclaim(long reference) {
        transport.calls().reclaim("take lent memory back", reference);
    }
}
