// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.Optional;
import java.util.concurrent.Executor;
import org.cloister.heap.HeapException;
import org.cloister.platform.Interrupts;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifications of OP-TEE by FF-A's bitmap and the partition manager's interrupt. */
final class FfaNotifications implements AsyncNotifications {
    private static final long BITMAP = 1L << BOTTOM_HALF;
    private static final Logger LOG = LoggerFactory.getLogger(FfaNotifications.class);

    private final FfaTransport transport;
    private final Messages messages;
    private Optional<Interrupts.Listening> listening = Optional.empty(); // guarded by this

    FfaNotifications(FfaTransport transport, Messages messages) {
        this.transport = transport;
        this.messages = messages;
    }

    @Override
    public synchronized void enable(Interrupts interrupts, Executor executor) {
        FfaPartner partner = transport.partner();
        if (partner.interrupt().isEmpty() || (partner.capabilities() & OpteeFfa.CAP_ASYNC_NOTIF) == 0) {
            return;
        }
        FfaStatus status = transport.calls().bindNotifications(true, partner.endpoint(), partner.own(), BITMAP);
        if (status != FfaStatus.SUCCESS) {
            LOG.warn("OP-TEE cannot notify: {}", status);
            return;
        }
        var r = new SmcRegisters().setW(3, OpteeFfa.ENABLE_ASYNC_NOTIF).setW(4, BOTTOM_HALF);
        transport.calls().direct("enable notifications of OP-TEE", partner.own(), partner.endpoint(), r);
        if (r.w(3) != TeeCode.SUCCESS) {
            LOG.warn("OP-TEE does not want to notify: {}", TeeCode.name(r.w(3)));
            transport.calls().bindNotifications(false, partner.endpoint(), partner.own(), BITMAP);
            return;
        }
        listening = Optional.of(interrupts.listen(partner.interrupt().getAsInt(), executor, this::take));
    }

    private void take() {
        try {
            long pending = transport.calls().takeNotifications(transport.partner().own());
            if ((pending & BITMAP) != 0) {
                try (Message message = messages.begin("have OP-TEE do deferred work", OpteeMessage.DO_BOTTOM_HALF, 0, 0, 0,
                        0)) {
                    message.sendOrThrow();
                }
            }
        } catch (HeapException e) {
            LOG.warn("a notification of OP-TEE is not heeded: {}", e.getMessage());
        }
    }

    @Override
    public synchronized void disable() {
        FfaPartner partner = transport.partner();
        if (listening.isPresent()) {
            listening.get().close();
            listening = Optional.empty();
            try (Message message = messages.begin("have OP-TEE notify no more", OpteeMessage.STOP_ASYNC_NOTIF, 0, 0, 0, 0)) {
                message.sendOrThrow();
                transport.calls().bindNotifications(false, partner.endpoint(), partner.own(), BITMAP);
            } catch (HeapException e) {
                LOG.warn("OP-TEE may go on notifying: {}", e.getMessage());
            }
        }
        if (partner.interrupt().isPresent()) {
            FfaStatus status = transport.calls().destroyNotifications(partner.own());
            if (status != FfaStatus.SUCCESS) {
                LOG.warn("the bitmap of notifications stays: {}", status);
            }
        }
    }
}
