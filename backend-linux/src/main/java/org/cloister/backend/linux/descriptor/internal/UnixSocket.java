// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.descriptor.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.Handle;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.SocketCalls;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.descriptor.Descriptor;
import org.cloister.descriptor.DescriptorSocket;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** A Unix socket that is connected. */
final class UnixSocket implements DescriptorSocket {
    private final SystemCalls calls;
    private final Handle handle;
    private final IntFunction<Descriptor> owner;
    private final Consumer<AutoCloseable> onClosed;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Takes over a connected socket.
     *
     * @param owner takes over a descriptor that was received
     */
    UnixSocket(SystemCalls calls, Handle handle, IntFunction<Descriptor> owner, Consumer<AutoCloseable> onClosed) {
        this.calls = calls;
        this.handle = handle;
        this.owner = owner;
        this.onClosed = onClosed;
    }

    @Override
    public void send(MemorySegment bytes, Descriptor... descriptors) {
        String what = "send descriptors";
        if (bytes.byteSize() == 0) {
            throw refused(what, "no bytes", "descriptors do not travel alone", "send at least one byte");
        }
        if (descriptors.length > MAX_DESCRIPTORS) {
            throw refused(what, descriptors.length + " descriptors", MAX_DESCRIPTORS + " travel at most",
                    "send them in several messages");
        }
        List<Handle> handles = new ArrayList<>(descriptors.length);
        var numbers = new int[descriptors.length];
        try (Arena arena = Arena.ofConfined()) {
            for (Descriptor descriptor : descriptors) {
                if (!(descriptor instanceof OwnedDescriptor own)) {
                    throw refused(what, descriptor.getClass().getName(), "it was not made by this backend",
                            "pass descriptors that Descriptors opened");
                }
                numbers[handles.size()] = own.handle().acquire(what);
                handles.add(own.handle());
            }
            MemorySegment rest = bytes.isNative() ? bytes : arena.allocate(bytes.byteSize()).copyFrom(bytes);
            boolean first = true;
            while (rest.byteSize() > 0) {
                rest = rest.asSlice(sendSome(what, rest, first ? numbers : new int[0]));
                first = false; // the descriptors have gone with the first bytes
            }
        } finally {
            handles.forEach(Handle::giveBack);
        }
    }

    private long sendSome(String what, MemorySegment bytes, int... descriptors) {
        long sent = handle.use(what, fd -> calls.sockets().send(fd, bytes, descriptors));
        if (sent < 0) {
            throw new Refusal(what, handle.name()).of(sent);
        }
        return sent;
    }

    @Override
    public Received receive(MemorySegment into) {
        String what = "receive descriptors";
        if (into.byteSize() == 0 || into.isReadOnly()) {
            throw refused(what, "memory of " + into.byteSize() + " bytes" + (into.isReadOnly() ? ", read-only" : ""),
                    "nothing can be received into it", "pass writable memory of at least one byte");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = into.isNative() ? into : arena.allocate(into.byteSize());
            SocketCalls.Received received = receive(what, bytes);
            if (received.truncated()) {
                Arrays.stream(received.descriptors()).forEach(calls::close);
                throw new HeapException(HeapError.TOO_MANY_FILES, what, handle.name(),
                        "not all descriptors that came fit the table of open files",
                        "close descriptors, or raise the limit (ulimit -n)");
            }
            if (bytes != into) {
                MemorySegment.copy(bytes, 0, into, 0, received.result());
            }
            return new Received(received.result(), owned(received.descriptors()));
        }
    }

    private List<Descriptor> owned(int... numbers) {
        List<Descriptor> descriptors = new ArrayList<>(numbers.length);
        int taken = 0;
        try {
            while (taken < numbers.length) {
                descriptors.add(owner.apply(numbers[taken++])); // takes it over even if it throws
            }
            return descriptors;
        } catch (HeapException closedMeanwhile) {
            Arrays.stream(numbers, taken, numbers.length).forEach(calls::close);
            throw closedMeanwhile;
        }
    }

    private SocketCalls.Received receive(String what, MemorySegment bytes) {
        while (true) {
            new Patience(calls).await(handle, what, Long.MAX_VALUE);
            int fd = handle.acquire(what);
            SocketCalls.Received received;
            try {
                received = calls.sockets().receive(fd, bytes);
            } finally {
                handle.giveBack();
            }
            if (received.result() >= 0) {
                return received;
            }
            if (Errno.of(received.result()) != Errno.EINTR && Errno.of(received.result()) != Errno.EAGAIN) {
                throw new Refusal(what, handle.name()).of(received.result());
            }
        }
    }

    private static HeapException refused(String what, String which, String why, String remedy) {
        return new HeapException(HeapError.INVALID_ARGUMENT, what, which, why, remedy);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            handle.use("close a connection", calls.sockets()::shutdown);
            handle.close();
            onClosed.accept(this);
        }
    }
}
