// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;

/** Lends and takes back by messages; the cookie is the memory's address. */
final class SmcLoans implements Loans {
    private final Messages messages;

    SmcLoans(Messages messages) {
        this.messages = messages;
    }

    @Override
    public long lend(long address, long size, int useCase, LoanTerms terms) {
        try (Message message = messages.begin("lend memory to OP-TEE", OpteeMessage.LEND_PROTMEM, 0, 0, 0, 2)) {
            message.words(0, OpteeParameter.VALUE_INPUT, useCase, 0, 0)
                    .words(1, OpteeParameter.TMEM_INPUT, address, size, address)
                    .sendOrThrow();
            return address;
        }
    }

    @Override
    public void assign(long reference, int useCase) {
        // lending has said it
    }

    @Override
    public void release(long reference) {
        // taking back does it
    }

    @Override
    public void reclaim(long reference) {
        try (Message message = messages.begin("take lent memory back", OpteeMessage.RECLAIM_PROTMEM, 0, 0, 0, 1)) {
            message.words(0, OpteeParameter.RMEM_INPUT, 0, 0, reference).sendOrThrow();
        }
    }
}
