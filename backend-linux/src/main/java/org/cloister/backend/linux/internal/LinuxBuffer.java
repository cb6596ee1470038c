// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.backend.PoolBuffer;

/** A dma-buf of the kernel's, by the descriptor that keeps it alive. Where it lies only the kernel knows. */
final class LinuxBuffer implements PoolBuffer {
    private final LinuxPool pool;
    private final int fd;
    private final long size;
    private final AtomicBoolean live = new AtomicBoolean(true);

    LinuxBuffer(LinuxPool pool, int fd, long size) {
        this.pool = pool;
        this.fd = fd;
        this.size = size;
    }

    LinuxPool pool() {
        return pool;
    }

    /** Ends its life; false when that was done before. */
    boolean end() {
        return live.compareAndSet(true, false);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int segments() {
        return 0;
    }

    @Override
    public long address(int segment) {
        throw new IndexOutOfBoundsException("the kernel does not tell where buffers are: segment " + segment);
    }

    @Override
    public OptionalInt fd() {
        return OptionalInt.of(fd);
    }

    @Override
    public String toString() {
        return "descriptor %d of heap %s".formatted(fd, pool.name());
    }
}
