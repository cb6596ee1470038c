// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.cloister.heap.HeapException;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.pool.Lender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages to OP-TEE, kept for their next use: pages that are shared once hold some messages each, with room for a
 * request of OP-TEE behind each (Linux: {@code optee_shm_arg_cache}). Safe for use by any thread.
 */
public final class Messages implements AutoCloseable {
    /** The most parameters of a message: an operation's, and who opens a session. */
    static final int MOST_PARAMS = 6;

    private static final Logger LOG = LoggerFactory.getLogger(Messages.class);

    private final Transport transport;
    private final Pages pages;
    private final int perPage;
    private final int stride;
    private final Deque<Message> free = new ArrayDeque<>(); // guarded by this, as all below
    private final List<SharedPage> shared = new ArrayList<>();
    private int outside;
    private boolean closed;

    private record SharedPage(Pages.Block block, long reference) {}

    /**
     * Makes messages; none is shared yet.
     *
     * @param offsets whether messages may lie at an offset
     */
    Messages(Transport transport, Pages pages, boolean offsets) {
        this.transport = transport;
        this.pages = pages;
        stride = (int) (OpteeMessage.size(MOST_PARAMS) + OpteeMessage.size(transport.requestParams()));
        perPage = offsets && transport.requestParams() > 0 ? Pages.SIZE / stride : 1;
    }

    /**
     * Begins a message; its parameters are to be written.
     *
     * @param what for errors
     * @param command one of {@link OpteeMessage}'s
     * @param function for INVOKE_COMMAND, else zero
     * @param session for commands of sessions, else zero
     * @param cancelId by which the call can be cancelled, zero for none
     * @param params how many parameters follow, at most {@value #MOST_PARAMS}
     * @return the message, to be closed by the caller
     */
    public Message begin(String what, int command, int function, int session, int cancelId, int params) {
        Message message = take(what);
        message.begin(what, command, function, session, cancelId, params);
        return message;
    }

    private Message take(String what) {
        synchronized (this) {
            if (closed) {
                throw Refusals.leaving(what);
            }
            outside++;
            if (!free.isEmpty()) {
                return free.pop();
            }
        }
        boolean done = false;
        try {
            Message message = add();
            done = true;
            return message;
        } finally {
            if (!done) {
                synchronized (this) {
                    outside--;
                }
            }
        }
    }

    /** Shares a page more; returns its first message, and keeps the others. */
    private Message add() {
        Pages.Block block = pages.allocate(Pages.SIZE);
        long reference = 0;
        boolean shares = transport.requestParams() > 0; // else messages are found by their address
        if (shares) {
            boolean done = false;
            try {
                reference = transport.share(block.address(), block.size());
                done = true;
            } catch (HeapException e) {
                if (Lender.isRefusal(e)) {
                    block.close();
                }
                throw e;
            }
        }
        Message first = new Message(this, pages.memory(), transport, block, reference, 0);
        synchronized (this) {
            shared.add(new SharedPage(block, reference));
            for (int i = perPage - 1; i > 0; i--) {
                free.push(new Message(this, pages.memory(), transport, block, reference, i * stride));
            }
        }
        return first;
    }

    /**
     * A message is over.
     *
     * @param reusable false when OP-TEE may still write to it
     */
    void put(Message message, boolean reusable) {
        List<SharedPage> gone = List.of();
        synchronized (this) {
            if (reusable) {
                outside--;
                free.push(message);
                gone = closed ? unused() : gone;
            }
        }
        unshare(gone);
    }

    /**
     * Has OP-TEE forget all pages, as soon as no message is under way; never when one is lost. Whoever wants to begin
     * another one is refused from now on.
     */
    @Override
    public void close() {
        List<SharedPage> gone;
        synchronized (this) {
            closed = true;
            if (outside > 0) {
                LOG.info("{} messages are under way or lost; their pages stay shared with OP-TEE meanwhile", outside);
            }
            gone = unused();
        }
        unshare(gone);
    }

    /** All pages, unless OP-TEE may write to some; for who holds the monitor. */
    private List<SharedPage> unused() {
        if (outside > 0) {
            return List.of();
        }
        List<SharedPage> all = List.copyOf(shared);
        shared.clear();
        free.clear();
        return all;
    }

    private void unshare(List<SharedPage> gone) {
        for (SharedPage page : gone) {
            try {
                if (page.reference != 0) {
                    transport.unshare(page.reference);
                }
                page.block.close();
            } catch (HeapException e) {
                LOG.warn("a page stays shared with OP-TEE: {}", e.getMessage());
            }
        }
    }
}
