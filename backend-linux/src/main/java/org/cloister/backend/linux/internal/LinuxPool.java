// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.PoolUsage;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.linux.kernel.internal.BufferRequests;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.HeapRequests;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.Scratch;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.heap.Access;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A heap of the kernel's. Each buffer is one descriptor, which is closed when the buffer is freed; the heap's own is
 * closed when the pool is destroyed. Safe for use by any thread.
 */
final class LinuxPool implements Pool {
    private static final Logger LOG = LoggerFactory.getLogger(LinuxPool.class);

    private final String name;
    private final HeapTraits traits;
    private final SystemCalls calls;
    private final Scratch scratch;
    private final SizeLimit limit;
    private final int heap;
    private final AtomicLong live = new AtomicLong();
    private final AtomicBoolean destroyed = new AtomicBoolean();

    /**
     * A pool over a heap that is open.
     *
     * @param heap the descriptor of the heap's node, which the pool takes over
     */
    LinuxPool(String name, HeapTraits traits, SystemCalls calls, Scratch scratch, SizeLimit limit, int heap) {
        this.name = name;
        this.traits = traits;
        this.calls = calls;
        this.scratch = scratch;
        this.limit = limit;
        this.heap = heap;
    }

    String name() {
        return name;
    }

    @Override
    public HeapAttributes attributes() {
        return traits.attributes();
    }

    /** {@inheritDoc} The kernel has no means to ask. */
    @Override
    public PoolUsage usage() {
        return PoolUsage.unknown();
    }

    @Override
    public PoolBuffer allocate(long size, long alignment) {
        if (alignment > traits.attributes().granularity()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "allocate " + size + " bytes", "heap " + name,
                    "the kernel takes no alignment and promises that of pages, %d bytes; %d is wanted"
                            .formatted(traits.attributes().granularity(), alignment),
                    "ask for no more than that, or allocate more and start within the buffer");
        }
        limit.check(name, traits.systemMemory(), size);
        MemorySegment argument = scratch.take();
        int result;
        int fd;
        try {
            HeapRequests.write(argument, size);
            result = calls.ioctl(heap, HeapRequests.ALLOCATE, argument);
            fd = HeapRequests.descriptor(argument);
        } finally {
            scratch.give(argument);
        }
        if (result < 0) {
            throw refused(size, result);
        }
        live.incrementAndGet();
        return new LinuxBuffer(this, fd, size);
    }

    private HeapException refused(long size, int result) {
        var refusal = new Refusal("allocate " + size + " bytes", "heap " + name);
        return switch (Errno.of(result)) {
            case EINVAL -> traits.attributes().restricted()
                    ? refusal.as(HeapError.UNAVAILABLE, result, "the trusted OS that protects its memory has left",
                            "wait until its driver is back, or see the kernel's log")
                    : refusal.as(HeapError.INVALID_ARGUMENT, result, "the kernel does not accept the request",
                            "ask for a size that this machine can have, or use Linux 5.6 or newer");
            case ENOMEM -> refusal.as(HeapError.NO_MEMORY, result, "the heap has no memory of that size left",
                    "free buffers, or ask for less");
            default -> refusal.of(result);
        };
    }

    @Override
    public void free(PoolBuffer buffer) {
        if (!(buffer instanceof LinuxBuffer own) || own.pool() != this || !own.end()) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "free a buffer", buffer.toString(),
                    "it is not a live one of heap " + name, "free each buffer once, to its own pool");
        }
        int result = calls.close(fd(own));
        live.decrementAndGet();
        if (result < 0) {
            LOG.error("{} does not close: {}; somebody else closes descriptors of this process", own,
                    Errno.describe(result));
        }
    }

    @Override
    public void destroy() {
        long left = live.get();
        if (left > 0) {
            throw new HeapException(HeapError.BUSY, "destroy a pool", "heap " + name, left + " buffers are live",
                    "free them first");
        }
        if (destroyed.compareAndSet(false, true)) {
            calls.close(heap);
        }
    }

    @Override
    public void write(PoolBuffer buffer, long offset, MemorySegment from) {
        try (LinuxMapping mapping = map(buffer, Access.WRITE)) {
            mapping.segment().asSlice(offset, from.byteSize()).copyFrom(from);
        }
    }

    @Override
    public void read(PoolBuffer buffer, long offset, MemorySegment into) {
        try (LinuxMapping mapping = map(buffer, Access.READ)) {
            into.copyFrom(mapping.segment().asSlice(offset, into.byteSize()));
        }
    }

    /** {@inheritDoc} Where the kernel keeps the memory from the CPU not even an attempt is made. */
    @Override
    public LinuxMapping map(PoolBuffer buffer, Access access) {
        var refusal = new Refusal("map for the CPU", buffer.toString());
        if (!traits.attributes().cpuAccess().allows(access)) {
            throw new HeapException(HeapError.CPU_ACCESS_DENIED, refusal.what(), refusal.which(),
                    "the memory is kept from the CPU", "let a device do it that the heap is meant for");
        }
        int fd = fd(buffer);
        sync(fd, access, false, refusal);
        Arena arena = Arena.ofShared();
        boolean done = false;
        try {
            SystemCalls.Mapped mapped = calls.map(fd, buffer.size(), access.reads(), access.writes(), arena);
            if (mapped.result() < 0) {
                throw switch (Errno.of(mapped.result())) {
                    case EINVAL, EPERM, EACCES, ENODEV -> refusal.as(HeapError.CPU_ACCESS_DENIED, mapped.result(),
                            "the heap's driver permits no mapping", "let a device do it that the heap is meant for");
                    case ENOMEM -> refusal.as(HeapError.NO_MEMORY, mapped.result(),
                            "the process has no room for a mapping of %d bytes".formatted(buffer.size()),
                            "close mappings, or raise the limit (sysctl vm.max_map_count)");
                    default -> refusal.of(mapped.result());
                };
            }
            var mapping = new LinuxMapping(mapped.segment(), arena, () -> sync(fd, access, true, refusal));
            done = true;
            return mapping;
        } finally {
            if (!done) {
                arena.close();
                sync(fd, access, true, refusal);
            }
        }
    }

    private void sync(int fd, Access access, boolean end, Refusal refusal) {
        MemorySegment argument = scratch.take();
        int result;
        try {
            BufferRequests.writeSync(argument, access, end);
            result = calls.ioctl(fd, BufferRequests.SYNC, argument);
        } finally {
            scratch.give(argument);
        }
        if (result < 0) {
            throw Errno.of(result) == Errno.EPERM ? refusal.as(HeapError.CPU_ACCESS_DENIED, result,
                    "the heap's driver permits no access by the CPU", "let a device do it that the heap is meant for")
                    : refusal.of(result);
        }
    }

    /** {@inheritDoc} It shows in {@code /proc/PID/fdinfo} and in the kernel's list of buffers. */
    @Override
    public void name(PoolBuffer buffer, String text) {
        MemorySegment argument = scratch.take();
        int result;
        try {
            argument.setString(0, fitting(text));
            result = calls.ioctl(fd(buffer), BufferRequests.SET_NAME, argument);
        } finally {
            scratch.give(argument);
        }
        if (result < 0) {
            throw new Refusal("name a buffer", buffer.toString()).of(result);
        }
    }

    /** The kernel counts bytes, and 31 of them are the most. */
    private static String fitting(String text) {
        String fitting = text;
        while (fitting.getBytes(StandardCharsets.UTF_8).length > BufferRequests.MAX_NAME) {
            fitting = fitting.substring(0, fitting.offsetByCodePoints(fitting.length(), -1));
        }
        return fitting;
    }

    @Override
    public TeeMemory teeMemory(PoolBuffer buffer) {
        return new TeeMemory.Descriptor(fd(buffer));
    }

    private static int fd(PoolBuffer buffer) {
        return buffer.fd().orElseThrow();
    }
}
