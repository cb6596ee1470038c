// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import org.cloister.heap.HeapException;
import org.cloister.platform.Interrupts;
import org.cloister.platform.conduit.OpteeSmc;
import org.cloister.platform.conduit.SmcConduit;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifications of OP-TEE by its own interrupt: their numbers are asked for one by one. */
final class SmcNotifications implements AsyncNotifications {
    private static final int VALID = 1;
    private static final int MORE = 2;
    private static final Logger LOG = LoggerFactory.getLogger(SmcNotifications.class);

    private final SmcConduit conduit;
    private final OptionalInt line;
    private final boolean capable;
    private final Messages messages;
    private final Notifications notifications;
    private Optional<Interrupts.Listening> listening = Optional.empty(); // guarded by this

    /**
     * Makes notifications that are not enabled.
     *
     * @param line the interrupt, if the device tree names one
     * @param capable whether OP-TEE has notifications
     */
    SmcNotifications(SmcConduit conduit, OptionalInt line, boolean capable, Messages messages,
            Notifications notifications) {
        this.conduit = conduit;
        this.line = line;
        this.capable = capable;
        this.messages = messages;
        this.notifications = notifications;
    }

    @Override
    public synchronized void enable(Interrupts interrupts, Executor executor) {
        if (!capable || line.isEmpty()) {
            return;
        }
        var r = new SmcRegisters().function(OpteeSmc.ENABLE_ASYNC_NOTIF);
        conduit.call(r);
        if (r.w(0) != OpteeSmc.OK) {
            LOG.warn("OP-TEE does not want to notify: code {}", r.w(0));
            return;
        }
        listening = Optional.of(interrupts.listen(line.getAsInt(), executor, this::take));
    }

    private void take() {
        boolean bottomHalf = false;
        var r = new SmcRegisters();
        try {
            do {
                conduit.call(r.function(OpteeSmc.GET_ASYNC_NOTIF_VALUE));
                if (r.w(0) != OpteeSmc.OK || (r.w(2) & VALID) == 0) {
                    break;
                }
                if (r.w(1) == BOTTOM_HALF) {
                    bottomHalf = true;
                } else {
                    notifications.send(r.w(1));
                }
            } while ((r.w(2) & MORE) != 0);
            if (bottomHalf) {
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
        if (listening.isEmpty()) {
            return;
        }
        listening.get().close();
        listening = Optional.empty();
        try (Message message = messages.begin("have OP-TEE notify no more", OpteeMessage.STOP_ASYNC_NOTIF, 0, 0, 0, 0)) {
            message.sendOrThrow();
        } catch (HeapException e) {
            LOG.warn("OP-TEE may go on notifying: {}", e.getMessage());
        }
    }
}
