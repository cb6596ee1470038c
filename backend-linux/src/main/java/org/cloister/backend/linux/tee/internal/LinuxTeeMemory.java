// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.linux.kernel.internal.Handle;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.SharedMemory;

/**
 * Memory that a trusted OS knows, by the descriptor that keeps it known. Goes when it is closed and the last call that
 * uses it is over. Safe for use by any thread.
 */
final class LinuxTeeMemory implements SharedMemory {
    /** What is behind it, on this side. */
    sealed interface Backing {
        /** Normal memory, mapped. */
        record Mapped(MemorySegment segment, Arena arena) implements Backing {}

        /** A buffer, which may be restricted. */
        record Buffer(BorrowedBuffer borrowed) implements Backing {}
    }

    private final LinuxTee tee;
    private final Handle handle;
    private final int id;
    private final long size;
    private final Direction direction;
    private final Backing backing;
    private final Consumer<SharedMemory> onClosed;
    private final Set<Use> uses = new HashSet<>(); // guarded by this
    private boolean ended; // guarded by this
    private boolean revoked; // guarded by this
    private boolean disposed; // guarded by this

    /** Takes over a descriptor of shared memory, and what is behind it. */
    LinuxTeeMemory(LinuxTee tee, Handle handle, int id, long size, Direction direction, Backing backing,
            Consumer<SharedMemory> onClosed) {
        this.tee = tee;
        this.handle = handle;
        this.id = id;
        this.size = size;
        this.direction = direction;
        this.backing = backing;
        this.onClosed = onClosed;
    }

    /** A call that uses the memory, until it is closed. */
    final class Use implements AutoCloseable {
        private final Runnable cancel;

        private Use(Runnable cancel) {
            this.cancel = cancel;
        }

        @Override
        public void close() {
            synchronized (LinuxTeeMemory.this) {
                uses.remove(this);
            }
            disposeIfOver();
        }
    }

    /** The number by which the trusted OS's driver knows it. */
    int id() {
        return id;
    }

    /** Whether a client of {@code other} may pass it. */
    boolean belongsTo(LinuxTee other) {
        return tee == other;
    }

    /**
     * A call begins to use it.
     *
     * @param cancel asks for the call to be cancelled
     * @throws HeapException {@code CLOSED}, {@code REVOKED}
     */
    synchronized Use use(Runnable cancel) {
        if (ended) {
            throw new HeapException(revoked ? HeapError.REVOKED : HeapError.CLOSED, "pass shared memory to a TEE",
                    handle.name(), revoked ? "the buffer was revoked: its backend left" : "it was closed before",
                    "share memory anew");
        }
        var use = new Use(cancel);
        uses.add(use);
        return use;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Direction direction() {
        return direction;
    }

    @Override
    public Optional<MemorySegment> segment() {
        return backing instanceof Backing.Mapped mapped ? Optional.of(mapped.segment()) : Optional.empty();
    }

    /** It must not be used any more: cancels the calls that use it. */
    void revoke() {
        Set<Use> toCancel;
        synchronized (this) {
            revoked |= !ended;
            ended = true;
            toCancel = Set.copyOf(uses);
        }
        toCancel.forEach(use -> use.cancel.run());
        disposeIfOver();
    }

    @Override
    public void close() {
        synchronized (this) {
            ended = true;
        }
        disposeIfOver();
        onClosed.accept(this);
    }

    private void disposeIfOver() {
        synchronized (this) {
            if (!ended || !uses.isEmpty() || disposed) {
                return;
            }
            disposed = true;
        }
        handle.close();
        switch (backing) {
            case Backing.Mapped mapped -> mapped.arena().close();
            case Backing.Buffer buffer -> buffer.borrowed().close();
        }
    }
}
