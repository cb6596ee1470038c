// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.abi.internal;

import java.util.concurrent.atomic.AtomicBoolean;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.PhysicalMemory;

/**
 * Normal memory for what is said to OP-TEE and shared with it: whole pages, contiguous, zeroed. Safe for use by any
 * thread.
 */
public final class Pages {
    /** Bytes of a page, FF-A's as well as OP-TEE's. */
    public static final int SIZE = 4096;

    private final PhysicalMemory memory;
    private final ContiguousArea area;

    /**
     * Makes an allocator.
     *
     * @param memory as the CPU sees it
     * @param area where pages are taken from
     */
    public Pages(PhysicalMemory memory, ContiguousArea area) {
        this.memory = memory;
        this.area = area;
    }

    /** Physical memory as the CPU sees it. */
    public PhysicalMemory memory() {
        return memory;
    }

    /**
     * Takes pages.
     *
     * @param bytes rounded up to whole pages
     * @throws HeapException {@code INVALID_ARGUMENT} when {@code bytes} is not greater than zero or absurd,
     *     {@code NO_MEMORY}
     */
    public Block allocate(long bytes) {
        if (bytes <= 0 || bytes > Long.MAX_VALUE - SIZE) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "share memory with OP-TEE", "size " + bytes,
                    bytes <= 0 ? "memory has at least one byte" : "no memory has that many bytes",
                    "ask for a size greater than zero that the machine has");
        }
        long size = bytes + SIZE - 1 & -SIZE;
        long address = area.allocate(size, SIZE);
        boolean done = false;
        try {
            memory.fill(address, size, (byte) 0);
            done = true;
            return new Block(area, address, size);
        } finally {
            if (!done) {
                area.release(address);
            }
        }
    }

    /** How many pages a range touches. */
    static int count(long address, long size) {
        return Math.toIntExact((address % SIZE + size + SIZE - 1) / SIZE);
    }

    /** Pages that were taken, until they are closed. */
    public static final class Block implements AutoCloseable {
        private final ContiguousArea area;
        private final long address;
        private final long size;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Block(ContiguousArea area, long address, long size) {
            this.area = area;
            this.address = address;
            this.size = size;
        }

        /** The physical address of the first byte. */
        public long address() {
            return address;
        }

        /** Bytes, whole pages. */
        public long size() {
            return size;
        }

        /** Gives the pages back, once; nobody may know them any more. */
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                area.release(address);
            }
        }
    }
}
