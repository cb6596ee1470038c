// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.Access;
import org.cloister.heap.BufferRecord;
import org.cloister.heap.BufferState;
import org.cloister.heap.CpuMapping;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.heap.Reservation;

/** A bundle's reference to a buffer. Safe for use by any thread. */
final class BufferReference extends OpenSet.Member implements DmaBuf {
    /** What stands for the mappings of a closed reference. Told apart by identity. */
    private static final List<BufferCpuMapping> CLOSED = Collections.unmodifiableList(new ArrayList<>());
    private static final VarHandle MAPPINGS;

    static {
        try {
            MAPPINGS = MethodHandles.lookup().findVarHandle(BufferReference.class, "mappings", List.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Buffer buffer;
    private final Owner owner;
    private final long openedAt; // in ticks of the call watch
    private final Throwable site; // null unless sampled
    private volatile List<BufferCpuMapping> mappings; // replaced, never changed

    /** Takes over a reference to {@code buffer} that the caller has acquired. */
    BufferReference(Buffer buffer, Owner owner, long openedAt, Throwable site) {
        this.buffer = buffer;
        this.owner = owner;
        this.openedAt = openedAt;
        this.site = site;
        MAPPINGS.set(this, List.of()); // plain, as in Buffer
    }

    Buffer buffer() {
        return buffer;
    }

    Owner owner() {
        return owner;
    }

    long openedAt() {
        return openedAt;
    }

    Optional<Throwable> site() {
        return Optional.ofNullable(site);
    }

    /**
     * Acquires a further reference to the buffer, to be released by the caller.
     *
     * @param what what the caller is about to do, for the error
     */
    Buffer acquire(String what) {
        if (isClosed() || !buffer.acquire()) {
            throw closed(what);
        }
        return buffer;
    }

    private HeapException closed(String what) {
        return new HeapException(HeapError.CLOSED, what, "buffer " + buffer.id() + " of heap " + buffer.heap().name(),
                "this reference to it was closed", "keep the reference open until the buffer is no longer needed");
    }

    @Override
    public long id() {
        return buffer.id();
    }

    @Override
    public long size() {
        return buffer.size();
    }

    @Override
    public BufferRecord record() {
        return buffer.tenure().record();
    }

    @Override
    public BufferState state() {
        return buffer.state();
    }

    @Override
    public String name() {
        return buffer.name();
    }

    @Override
    public void setName(String name) {
        if (name.length() > MAX_NAME) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "name buffer " + id(), "name \"" + name + "\"",
                    "it has " + name.length() + " characters", "use at most " + MAX_NAME);
        }
        Buffer target = acquire("name buffer " + id());
        try {
            target.pin();
            try {
                target.rename(name);
            } finally {
                target.unpin();
            }
        } finally {
            target.release();
        }
    }

    @Override
    public Reservation reservation() {
        if (isClosed()) {
            throw closed("look at the fences of buffer " + id());
        }
        buffer.requireNotRevoked();
        return buffer.reservation();
    }

    @Override
    public void write(long offset, MemorySegment from) {
        transfer("write with the CPU", Access.WRITE, offset, from);
    }

    @Override
    public void read(long offset, MemorySegment into) {
        transfer("read with the CPU", Access.READ, offset, into);
    }

    private void transfer(String what, Access access, long offset, MemorySegment segment) {
        long length = segment.byteSize();
        Buffer target = acquire(what);
        try {
            target.requireNotRevoked();
            requireCpu(what, access);
            requireUsable(what, access, segment);
            if (offset < 0 || length > target.size() || offset > target.size() - length) {
                throw new HeapException(HeapError.OUT_OF_BOUNDS, what, "buffer " + id(),
                        length + " bytes at offset " + offset + " leave its " + target.size() + " bytes",
                        "stay within the buffer");
            }
            target.pin();
            try {
                transfer(target, access, offset, segment);
            } finally {
                target.unpin();
            }
        } finally {
            target.release();
        }
    }

    private static void transfer(Buffer target, Access access, long offset, MemorySegment segment) {
        Pool pool = target.tenure().pool();
        PoolBuffer memory = target.memory();
        target.heap().calls().call(target.tenure(), "transfer data of " + target.heap(), () -> {
            try {
                if (access == Access.WRITE) {
                    pool.write(memory, offset, segment);
                } else {
                    pool.read(memory, offset, segment);
                }
            } catch (IllegalStateException e) {
                throw segment.scope().isAlive() ? e : unusable("transfer data", "it was closed meanwhile");
            }
            return null;
        });
    }

    private void requireCpu(String what, Access access) {
        HeapAttributes heap = buffer.tenure().attributes();
        if (access.reads() && heap.restricted()) {
            throw denied(what, "restricted memory is never read by the CPU");
        }
        if (!heap.cpuAccess().allows(access)) {
            throw denied(what, "the heap permits CPU access " + heap.cpuAccess() + " only");
        }
    }

    private HeapException denied(String what, String why) {
        return new HeapException(HeapError.CPU_ACCESS_DENIED, what, "buffer " + id() + " of heap "
                + buffer.heap().name(), why, "let a device that the heap grants access do it");
    }

    /** What the caller got wrong must not be taken for the backend's fault. */
    private static void requireUsable(String what, Access access, MemorySegment segment) {
        if (!segment.scope().isAlive()) {
            throw unusable(what, "it is closed");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw unusable(what, "it belongs to another thread");
        }
        if (access.reads() && segment.isReadOnly()) {
            throw unusable(what, "it is read-only");
        }
    }

    private static HeapException unusable(String what, String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, what, "the caller's memory segment", why,
                "pass a segment that this thread may use");
    }

    @Override
    public CpuMapping map(Access access, Duration budget) {
        Objects.requireNonNull(access, "access");
        String what = "map for the CPU";
        if (access == Access.NONE) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "access NONE", "nothing could be done with it",
                    "ask for READ, WRITE or READ_WRITE");
        }
        Buffer target = acquire(what);
        boolean pinned = false;
        try {
            target.requireNotRevoked();
            if (record().restricted()) {
                throw denied(what, "restricted memory is never mapped for the CPU");
            }
            requireCpu(what, access);
            var usage = access.writes() ? Fence.Usage.READ : Fence.Usage.WRITE;
            if (target.reservation().await(usage, Math.max(0, TimeUnit.NANOSECONDS.convert(budget))) == 0) {
                throw new HeapException(HeapError.TIMED_OUT, what, "buffer " + id(),
                        "still used: " + target.reservation().pending(usage), "wait longer, or find out who hangs");
            }
            target.pin();
            pinned = true;
            var mapping = BufferCpuMapping.of(this, access);
            if (!target.add(mapping)) {
                mapping.end();
                throw target.revoked();
            }
            pinned = false; // the mapping has the pin and the reference from here on
            target = null;
            if (!began(mapping)) {
                mapping.close();
                throw closed(what);
            }
            return mapping;
        } finally {
            if (pinned) {
                buffer.unpin();
            }
            if (target != null) {
                buffer.release();
            }
        }
    }

    private boolean isClosed() {
        return mappings == CLOSED;
    }

    /** A CPU mapping began; false when the reference was closed. */
    private boolean began(BufferCpuMapping mapping) {
        return change(all -> Stream.concat(all.stream(), Stream.of(mapping)).toList());
    }

    /** A CPU mapping ended. */
    void ended(BufferCpuMapping mapping) {
        change(all -> all.stream().filter(m -> m != mapping).toList());
    }

    private boolean change(UnaryOperator<List<BufferCpuMapping>> change) {
        List<BufferCpuMapping> before = mappings;
        while (before != CLOSED) {
            if (MAPPINGS.compareAndSet(this, before, change.apply(before))) {
                return true;
            }
            before = mappings;
        }
        return false;
    }

    @Override
    public OptionalInt fd() {
        Buffer target = acquire("ask for the descriptor");
        try {
            target.pin();
            try {
                return target.heap().calls().call(target.tenure(), "tell the descriptor of a buffer",
                        () -> Objects.requireNonNull(target.memory().fd(), "fd"));
            } finally {
                target.unpin();
            }
        } finally {
            target.release();
        }
    }

    @Override
    public void close() {
        closeOnce();
    }

    /** Closes; false when that was done before. */
    boolean closeOnce() {
        @SuppressWarnings("unchecked") // the type of the field
        var open = (List<BufferCpuMapping>) MAPPINGS.getAndSet(this, CLOSED);
        if (open == CLOSED) {
            return false;
        }
        open.forEach(BufferCpuMapping::close);
        owner.references().remove(this);
        buffer.release();
        return true;
    }

    @Override
    public String toString() {
        return "buffer %d (%s, %d bytes, %s)".formatted(id(), buffer.heap().name(), size(), state());
    }
}
