// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.heap.HeapException;
import org.cloister.platform.Interrupts;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.tee.Direction;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An OP-TEE that was found, and all that talks to it. Whoever uses it holds on to it; when the last lets go, memory that
 * it shared is OP-TEE's no more.
 *
 * <table>
 *   <caption>Life</caption>
 *   <tr><th>state</th><th>possible</th><th>next</th></tr>
 *   <tr><td>open</td><td>everything</td><td>retired, by {@link #retire}</td></tr>
 *   <tr><td>retired</td><td>messages, taking memory back; no sharing or lending by FF-A</td><td>closed, when the last
 *     user {@linkplain #release lets go}</td></tr>
 *   <tr><td>closed</td><td>nothing</td><td>-</td></tr>
 * </table>
 *
 * <p>Safe for use by any thread.
 */
public final class Driver {
    private static final int MAX_LIST = 4096;
    private static final int MAX_ADDRESS_BITS = 64;
    private static final int MAX_RECEIVERS = 255;
    private static final long MAX_CHUNK = 1L << 48;

    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);

    private final Pages pages;
    private final Transport transport;
    private final Messages messages;
    private final Loans loans;
    private final AsyncNotifications asyncNotifications;
    private final Runnable onClosed;
    private final AtomicInteger users = new AtomicInteger(1);

    Driver(Pages pages, Transport transport, Messages messages, Loans loans, AsyncNotifications asyncNotifications,
            Runnable onClosed) {
        this.onClosed = onClosed;
        this.pages = pages;
        this.transport = transport;
        this.messages = messages;
        this.loans = loans;
        this.asyncNotifications = asyncNotifications;
    }

    /** The interface, as far as messages go. */
    public Transport transport() {
        return transport;
    }

    /** The messages. */
    public Messages messages() {
        return messages;
    }

    /** How memory is lent. */
    public Loans loans() {
        return loans;
    }

    /** Normal memory. */
    public Pages pages() {
        return pages;
    }

    /** Takes pages and shares them. */
    public SharedPages share(long bytes) {
        return SharedPages.allocate(transport, pages, bytes);
    }

    /** Heeds what the trusted OS notifies of from now on. */
    void listen(Interrupts interrupts, Executor executor) {
        asyncNotifications.enable(interrupts, executor);
    }

    /**
     * Asks how memory must be to be lent for a use case.
     *
     * @throws org.cloister.heap.HeapException {@code FIRMWARE_REFUSED} when OP-TEE does not take it, {@code PROTOCOL}
     */
    public LoanTerms terms(int useCase) {
        String what = "ask how memory is to be lent for use case " + useCase;
        int size = MAX_LIST;
        if (transport.takesNullMemory()) {
            try (Message message = messages.begin(what, OpteeMessage.GET_PROTMEM_CONFIG, 0, 0, 0, 2)) {
                message.words(0, OpteeParameter.VALUE_INOUT, useCase, 0, 0).nullMemory(1, Direction.OUTPUT).send();
                int code = message.result();
                if (code == TeeCode.SUCCESS) {
                    return terms(what, message, List.of());
                }
                if (code != TeeCode.SHORT_BUFFER) {
                    throw Refusals.tee(what, code);
                }
                size = listSize(what, message.size(1));
            }
        }
        try (SharedPages list = share(size);
                Message message = messages.begin(what, OpteeMessage.GET_PROTMEM_CONFIG, 0, 0, 0, 2)) {
            message.words(0, OpteeParameter.VALUE_INOUT, useCase, 0, 0)
                    .memory(1, Direction.OUTPUT, list.reference(), 0, size).sendOrThrow();
            return terms(what, message, receivers(list, listSize(what, message.size(1))));
        }
    }

    private static int listSize(String what, long size) {
        if (size < 0 || size > MAX_LIST || size % Integer.BYTES != 0) {
            throw Refusals.protocol(what, "OP-TEE", "a list of receivers of 0x%x bytes cannot be".formatted(size));
        }
        return (int) size;
    }

    private List<Integer> receivers(SharedPages list, int size) {
        List<Integer> receivers = new ArrayList<>();
        for (int at = 0; at < size; at += Integer.BYTES) {
            receivers.add(pages.memory().readInt(list.address() + at));
        }
        return receivers;
    }

    private LoanTerms terms(String what, Message message, List<Integer> receivers) {
        if (transport instanceof FfaTransport && (receivers.isEmpty() || receivers.size() > MAX_RECEIVERS)) {
            throw Refusals.protocol(what, "OP-TEE", receivers.size() + " receivers of lent memory cannot be");
        }
        long size = message.a(0);
        long alignment = message.b(0) == 0 ? Pages.SIZE : message.b(0);
        long bits = message.c(0);
        if (size <= 0 || alignment < 0 || Long.bitCount(alignment) != 1 || size > MAX_CHUNK || alignment > MAX_CHUNK
                || bits < 1 || bits > MAX_ADDRESS_BITS) {
            throw Refusals.protocol(what, "OP-TEE", "chunks of 0x%x bytes aligned to 0x%x in addresses of %d bits "
                    .formatted(size, alignment, bits) + "cannot be");
        }
        alignment = Math.max(alignment, Pages.SIZE);
        return new LoanTerms(size + alignment - 1 & -alignment, alignment, (int) bits, receivers);
    }

    /**
     * Lets go of what there is only one of, so that another driver can take over. What was lent can still be taken
     * back.
     */
    public void retire() {
        for (Runnable step : List.<Runnable>of(asyncNotifications::disable, transport::retire)) {
            try {
                step.run();
            } catch (HeapException e) {
                LOG.warn("something of OP-TEE is not given back: {}", e.getMessage());
            }
        }
    }

    /**
     * One more uses it.
     *
     * @throws org.cloister.heap.HeapException {@code UNAVAILABLE} when it is closed
     */
    public void retain() {
        if (users.getAndUpdate(n -> n == 0 ? 0 : n + 1) == 0) {
            throw Refusals.leaving("use OP-TEE");
        }
    }

    /** One fewer uses it; the last closes it. */
    public void release() {
        if (users.decrementAndGet() == 0) {
            messages.close();
            onClosed.run();
        }
    }
}
