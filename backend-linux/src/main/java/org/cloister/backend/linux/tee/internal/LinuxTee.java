// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.linux.kernel.internal.Errno;
import org.cloister.backend.linux.kernel.internal.Fields;
import org.cloister.backend.linux.kernel.internal.Handle;
import org.cloister.backend.linux.kernel.internal.Ioctl;
import org.cloister.backend.linux.kernel.internal.Refusal;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.tee.Openings;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;

/**
 * A trusted OS of this machine's, for one bundle: what the bundle opens is closed with it. Safe for use by any thread.
 */
public final class LinuxTee implements Tee, AutoCloseable {
    private static final VarHandle SIZE = Fields.of(TeeRequests.ALLOCATION, "size");
    private static final VarHandle ID = Fields.of(TeeRequests.ALLOCATION, "id");
    private static final VarHandle REGISTERED_FD = Fields.of(TeeRequests.REGISTRATION, "fd");
    private static final VarHandle REGISTERED_SIZE = Fields.of(TeeRequests.REGISTRATION, "size");
    private static final VarHandle REGISTERED_ID = Fields.of(TeeRequests.REGISTRATION, "id");

    private final TeeDevice device;
    private final Supplier<Optional<BackendHost>> host;
    private final Handle context;
    private final Openings openings;

    /**
     * Opens the device for one bundle.
     *
     * @param host core, while it is there
     * @throws HeapException {@code FIRMWARE_DEAD} when its driver has left, {@code NOT_PERMITTED}
     */
    public LinuxTee(TeeDevice device, Supplier<Optional<BackendHost>> host) {
        this.device = device;
        this.host = host;
        this.context = new Handle(device.calls(), device.open(), "TEE " + device.id());
        this.openings = new Openings("TEE " + device.id());
    }

    @Override
    public String id() {
        return device.id();
    }

    @Override
    public TeeVersion version() {
        return device.version();
    }

    TeeDevice device() {
        return device;
    }

    /** Makes a request on this bundle's context. */
    int request(String what, Ioctl request, MemorySegment argument) {
        return (int) context.use(what, fd -> device.calls().ioctl(fd, request, argument));
    }

    /** What a failed request means. */
    HeapException refused(String what, int result) {
        var refusal = new Refusal(what, "TEE " + id());
        return switch (Errno.of(result)) {
            case ENODEV, ENXIO, EIO -> refusal.as(HeapError.FIRMWARE_DEAD, result, "the trusted OS no longer answers",
                    "see the kernel's log");
            case EPROTO -> refusal.as(HeapError.PROTOCOL, result, "the trusted OS broke the protocol",
                    "see the kernel's log");
            default -> refusal.of(result);
        };
    }

    @Override
    public TeeSession open(UUID application, Login login, Param... params) {
        String what = "open a session with trusted application " + application;
        openings.requireOpen(what);
        var operation = new TeeOperation(params);
        try (var argument = new TeeArgument(this, TeeRequests.OPEN_ARGUMENT, operation.params(), () -> { })) {
            argument.identify(application, login);
            int result = request(what, TeeRequests.OPEN_SESSION, argument.pointer());
            if (result < 0) {
                throw refused(what, result);
            }
            if (argument.result() != TeeCode.SUCCESS) {
                String remedy = argument.result() == TeeCode.ITEM_NOT_FOUND
                        ? "install the trusted application, and start tee-supplicant if it comes from the file system"
                        : "see the trusted application's documentation for this code";
                throw new HeapException(HeapError.FIRMWARE_REFUSED, what, "TEE " + id(), "it answered %s, by %s"
                        .formatted(TeeCode.name(argument.result()), argument.origin()), remedy);
            }
            return openings.keep(what, new LinuxTeeSession(this, application, argument.session(), openings::forget));
        }
    }

    @Override
    public SharedMemory allocate(long size, Direction direction) {
        openings.requireOpen("share memory with a TEE");
        return openings.keep("share memory with a TEE", share(size, direction));
    }

    /** Memory that both worlds see, to be closed by the caller. */
    LinuxTeeMemory share(long size, Direction direction) {
        String what = "share memory with a TEE";
        if (size <= 0) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, what, "size " + size, "memory has at least one byte",
                    "ask for a size greater than zero");
        }
        SystemCalls calls = device.calls();
        Arena arena = Arena.ofShared();
        int fd = -1;
        boolean done = false;
        try {
            MemorySegment argument = arena.allocate(TeeRequests.ALLOCATION);
            SIZE.set(argument, 0L, size);
            fd = request(what, TeeRequests.ALLOCATE, argument);
            if (fd < 0) {
                throw refused(what, fd);
            }
            SystemCalls.Mapped mapped = calls.map(fd, size, true, true, arena);
            if (mapped.result() < 0) {
                throw refused(what, mapped.result());
            }
            var handle = new Handle(calls, fd, size + " bytes shared with TEE " + id());
            var memory = new LinuxTeeMemory(this, handle, (int) ID.get(argument, 0L), size, direction,
                    new LinuxTeeMemory.Backing.Mapped(mapped.segment(), arena), openings::forget);
            done = true;
            return memory;
        } finally {
            if (!done) {
                arena.close();
                if (fd >= 0) {
                    calls.close(fd);
                }
            }
        }
    }

    @Override
    public SharedMemory register(DmaBuf buffer, Direction direction) {
        String what = "register a buffer with a TEE";
        openings.requireOpen(what);
        BackendHost core = host.get().orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, what, "core",
                "it is not connected with the backend", "try again when it is"));
        BorrowedBuffer borrowed = core.borrow(buffer);
        int fd = -1;
        boolean done = false;
        try (Arena arena = Arena.ofConfined()) {
            String name = "buffer %d of heap %s".formatted(buffer.id(), buffer.record().heap());
            MemorySegment argument = arena.allocate(TeeRequests.REGISTRATION);
            REGISTERED_FD.set(argument, 0L, (long) descriptor(what, borrowed, name));
            fd = request(what, TeeRequests.REGISTER_DESCRIPTOR, argument);
            if (fd < 0) {
                throw switch (Errno.of(fd)) {
                    case EINVAL -> unknown(what, name, fd);
                    case ENOTTY -> new Refusal(what, "TEE " + id()).as(HeapError.NOT_SUPPORTED, fd,
                            "its driver takes no buffers", "use Linux 6.18 or newer");
                    default -> refused(what, fd);
                };
            }
            var memory = new LinuxTeeMemory(this, new Handle(device.calls(), fd, name + " registered with TEE " + id()),
                    (int) REGISTERED_ID.get(argument, 0L), (long) REGISTERED_SIZE.get(argument, 0L), direction,
                    new LinuxTeeMemory.Backing.Buffer(borrowed), openings::forget);
            done = true; // from here on it closes both
            openings.keep(what, memory);
            borrowed.onRevoke(memory::revoke);
            return memory;
        } finally {
            if (!done) {
                if (fd >= 0) {
                    device.calls().close(fd);
                }
                borrowed.close();
            }
        }
    }

    private int descriptor(String what, BorrowedBuffer borrowed, String name) {
        try {
            if (borrowed.pool().teeMemory(borrowed.memory()) instanceof TeeMemory.Descriptor descriptor) {
                return descriptor.fd();
            }
        } catch (HeapException e) {
            if (e.error() != HeapError.NOT_SUPPORTED) {
                throw e;
            }
        }
        throw unknown(what, name, 0);
    }

    private HeapException unknown(String what, String name, int result) {
        return new Refusal(what, name).as(HeapError.INVALID_ARGUMENT, result,
                "TEE " + id() + " does not know its memory", "allocate from a heap of this TEE's, protected,...");
    }

    /** Closes what the bundle has left open: sessions first, so that no call uses the memory. */
    @Override
    public void close() {
        openings.close();
        context.close();
    }
}
