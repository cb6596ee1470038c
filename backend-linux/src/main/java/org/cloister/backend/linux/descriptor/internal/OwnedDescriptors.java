// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.descriptor.internal;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.linux.kernel.internal.BufferRequests;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.Handle;
import org.cloister.backend.linux.kernel.internal.Ioctl;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.Scratch;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.descriptor.Descriptor;
import org.cloister.descriptor.DescriptorListener;
import org.cloister.descriptor.DescriptorSocket;
import org.cloister.descriptor.Descriptors;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/** Descriptors for one bundle: what it opens is closed with it. Safe for use by any thread. */
public final class OwnedDescriptors implements Descriptors, AutoCloseable {
    private final SystemCalls calls;
    private final Supplier<Optional<BackendHost>> host;
    private final Scratch scratch = new Scratch();
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Serves one bundle.
     *
     * @param host core, while it is there
     */
    public OwnedDescriptors(SystemCalls calls, Supplier<Optional<BackendHost>> host) {
        this.calls = calls;
        this.host = host;
    }

    @Override
    public Descriptor duplicate(DmaBuf buffer) {
        String what = "duplicate the descriptor of a buffer";
        try (BorrowedBuffer borrowed = borrow(what, buffer)) {
            int copy = calls.duplicate(descriptor(what, borrowed, buffer));
            if (copy < 0) {
                throw new Refusal(what, name(buffer)).of(copy);
            }
            return own(copy, "a descriptor of " + name(buffer));
        }
    }

    @Override
    public Descriptor exportFences(DmaBuf buffer, Access access) {
        String what = "export the fences of a buffer";
        requireAccess(what, access);
        try (BorrowedBuffer borrowed = borrow(what, buffer)) {
            int fd = descriptor(what, borrowed, buffer);
            return own(syncFile(what, BufferRequests.EXPORT_SYNC_FILE, fd, access, -1, buffer),
                    "a sync file of " + name(buffer));
        }
    }

    @Override
    public void importFence(DmaBuf buffer, Descriptor syncFile, Access access) {
        String what = "import a fence";
        requireAccess(what, access);
        if (!(syncFile instanceof OwnedDescriptor own)) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, syncFile.getClass().getName(),
                    "it was not made by this backend", "pass a sync file that Descriptors opened");
        }
        try (BorrowedBuffer borrowed = borrow(what, buffer)) {
            int fd = descriptor(what, borrowed, buffer);
            own.handle().use(what, fence ->
                    syncFile(what, BufferRequests.IMPORT_SYNC_FILE, fd, access, fence, buffer));
        }
    }

    private int syncFile(String what, Ioctl request, int fd, Access access, int fence, DmaBuf buffer) {
        MemorySegment argument = scratch.take();
        try {
            BufferRequests.writeSyncFile(argument, access, fence);
            int result = calls.ioctl(fd, request, argument);
            if (result < 0) {
                var refusal = new Refusal(what, name(buffer));
                throw Errno.of(result) == Errno.ENOTTY ? refusal.as(HeapError.NOT_SUPPORTED, result,
                        "the kernel knows no sync files of buffers",
                        "use Linux 6.0 or newer that was built with CONFIG_SYNC_FILE") : refusal.of(result);
            }
            return BufferRequests.syncFile(argument);
        } finally {
            scratch.give(argument);
        }
    }

    private static void requireAccess(String what, Access access) {
        if (Objects.requireNonNull(access, "access") == Access.NONE) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "access NONE", "nobody has to wait for that",
                    "say READ, WRITE or READ_WRITE");
        }
    }

    @Override
    public DescriptorSocket connect(Path path) {
        String what = "connect with another process";
        requireOpen(what);
        int fd = calls.sockets().connect(path.toString());
        if (fd < 0) {
            var refusal = new Refusal(what, path.toString());
            throw Errno.of(fd) == Errno.ENOENT ? refusal.as(HeapError.UNAVAILABLE, fd, "there is no such socket",
                    "start the process that listens there") : refusal.of(fd);
        }
        return socket(fd, "the connection to " + path);
    }

    @Override
    public DescriptorListener listen(Path path) {
        String what = "listen for other processes";
        requireOpen(what);
        int fd = calls.sockets().listen(path.toString());
        if (fd < 0) {
            throw new Refusal(what, path.toString()).of(fd);
        }
        return keep(what, new UnixListener(calls, new Handle(calls, fd, "the socket " + path), path,
                accepted -> socket(accepted, "a connection at " + path), open::remove));
    }

    private DescriptorSocket socket(int fd, String name) {
        return keep("open a socket", new UnixSocket(calls, new Handle(calls, fd, name),
                received -> own(received, "a descriptor received from " + name), open::remove));
    }

    private BorrowedBuffer borrow(String what, DmaBuf buffer) {
        requireOpen(what);
        return host.get().orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, what, "core",
                "it is not connected with the backend", "try again when it is")).borrow(buffer);
    }

    private static int descriptor(String what, BorrowedBuffer borrowed, DmaBuf buffer) {
        OptionalInt fd = borrowed.memory().fd();
        return fd.orElseThrow(() -> new HeapException(HeapError.NOT_SUPPORTED, what, name(buffer),
                "its memory is not a kernel's", "allocate from a heap that backend linux serves"));
    }

    private static String name(DmaBuf buffer) {
        return "buffer %d of heap %s".formatted(buffer.id(), buffer.record().heap());
    }

    private Descriptor own(int fd, String name) {
        return keep("hold a descriptor", new OwnedDescriptor(calls, new Handle(calls, fd, name), open::remove));
    }

    /** Keeps what the bundle has opened, to be closed with it. */
    private <T extends AutoCloseable> T keep(String what, T opened) {
        open.add(opened);
        if (closed) {
            close(opened);
            throw gone(what);
        }
        return opened;
    }

    private void requireOpen(String what) {
        if (closed) {
            throw gone(what);
        }
    }

    private static HeapException gone(String what) {
        return new HeapException(HeapError.CLOSED, what, "the service of descriptors",
                "the bundle that obtained it has stopped or has given it back", "obtain the service again");
    }

    /** Closes what the bundle has left open. */
    @Override
    public void close() {
        closed = true;
        open.forEach(OwnedDescriptors::close);
    }

    private static void close(AutoCloseable one) {
        switch (one) {
            case Descriptor descriptor -> descriptor.close();
            case DescriptorSocket socket -> socket.close();
            case DescriptorListener listener -> listener.close();
            default -> throw new IllegalStateException("opened nothing of this kind: " + one);
        }
    }
}
