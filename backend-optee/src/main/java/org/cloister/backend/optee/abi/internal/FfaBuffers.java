// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.lang.foreign.MemorySegment;

/**
 * The pair of buffers between this driver and the partition manager.
 *
 * @param tx what is sent is written here
 * @param rx what is received is read here
 * @param scratch where what is sent is put together, of the same size
 */
record FfaBuffers(Pages.Block tx, Pages.Block rx, MemorySegment scratch) implements AutoCloseable {
    static FfaBuffers allocate(Pages pages, long bytes) {
        Pages.Block tx = pages.allocate(bytes);
        boolean done = false;
        try {
            var buffers = new FfaBuffers(tx, pages.allocate(bytes), MemorySegment.ofArray(new byte[(int) tx.size()]));
            done = true;
            return buffers;
        } finally {
            if (!done) {
                tx.close();
            }
        }
    }

    /** Bytes of each buffer. */
    long size() {
        return tx.size();
    }

    @Override
    public void close() {
        tx.close();
        rx.close();
    }
}
