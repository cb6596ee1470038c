// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.heap.HeapException;
import org.cloister.pool.Lender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Normal memory that OP-TEE knows, until it is closed. Safe for use by any thread. */
public final class SharedPages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SharedPages.class);

    private final Transport transport;
    private final Pages.Block block;
    private final long reference;
    private final AtomicBoolean closed = new AtomicBoolean();

    private SharedPages(Transport transport, Pages.Block block, long reference) {
        this.transport = transport;
        this.block = block;
        this.reference = reference;
    }

    /** Takes pages and shares them. */
    static SharedPages allocate(Transport transport, Pages pages, long bytes) {
        Pages.Block block = pages.allocate(bytes);
        boolean certain = true;
        boolean done = false;
        try {
            var shared = new SharedPages(transport, block, transport.share(block.address(), block.size()));
            done = true;
            return shared;
        } catch (RuntimeException | Error e) {
            certain = Lender.isRefusal(e);
            throw e;
        } finally {
            if (!done && certain) {
                block.close();
            }
        }
    }

    /** The physical address of the first byte. */
    public long address() {
        return block.address();
    }

    /** By what number OP-TEE knows it. */
    public long reference() {
        return reference;
    }

    /** Ends the sharing, once; if OP-TEE does not agree the pages are never used again. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                transport.unshare(reference);
                block.close();
            } catch (HeapException e) {
                LOG.warn("0x{} bytes stay shared with OP-TEE: {}", Long.toHexString(block.size()), e.getMessage());
            }
        }
    }
}
