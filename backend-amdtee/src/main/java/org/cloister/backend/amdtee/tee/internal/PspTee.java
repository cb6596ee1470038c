// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.tee.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.tee.Openings;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;

/** The trusted OS of the secure processor, as one bundle has it. Safe for use by any thread. */
public final class PspTee implements Tee, AutoCloseable {
    private final Wiring wiring;
    private final Openings openings = new Openings("the secure processor");

    /**
     * What it is made with.
     *
     * @param id the id of this TEE
     * @param ring the way to it
     * @param files where applications are
     * @param host core, while it is there
     * @param chunks maps a protected chunk by its cookie, if need be
     * @param revokePatience how long a buffer that is revoked waits for calls that use it
     */
    public record Wiring(String id, PspRing ring, FirmwareFiles files, Supplier<Optional<BackendHost>> host,
            LongFunction<Buffers.Mapped> chunks, Duration revokePatience) {}

    /** Makes the object of one bundle. */
    public PspTee(Wiring wiring) {
        this.wiring = wiring;
    }

    @Override
    public String id() {
        return wiring.id;
    }

    @Override
    public TeeVersion version() {
        return new TeeVersion(TeeVersion.AMDTEE, "AMD-TEE", 0, Set.of(TeeVersion.Capability.GLOBAL_PLATFORM));
    }

    /**
     * {@inheritDoc} AMD-TEE does not tell applications as whom.
     *
     * @throws HeapException also {@code BUSY} when the application has as many sessions as it can have
     */
    @Override
    public TeeSession open(UUID application, Login login, Param... params) {
        String what = "open a session with trusted application " + application;
        openings.requireOpen(what);
        List<Param> checked = new TeeOperation(params).params();
        byte[] binary = binary(wiring.files, application);
        return openings.keep(what, PspSession.open(wiring.ring, application, binary, checked, openings::forget));
    }

    /**
     * Finds the file of an application.
     *
     * @throws HeapException {@code FIRMWARE_REFUSED} when there is none
     */
    public static byte[] binary(FirmwareFiles files, UUID application) {
        String path = "amdtee/" + application + ".bin";
        return files.find(path).filter(file -> file.length > 0).orElseThrow(() -> new HeapException(
                HeapError.FIRMWARE_REFUSED, "load trusted application " + application, path,
                "there is no such firmware file", "install it"));
    }

    @Override
    public SharedMemory allocate(long size, Direction direction) {
        String what = "share memory with the secure processor";
        openings.requireOpen(what);
        wiring.ring.ready(what);
        return openings.keep(what, SharedBlock.take(wiring.ring, size, direction, openings::forget));
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException also {@code UNAVAILABLE} while core is not there
     */
    @Override
    public SharedMemory register(DmaBuf buffer, Direction direction) {
        String what = "register a buffer with the secure processor";
        openings.requireOpen(what);
        BackendHost core = wiring.host.get().orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, what, "core",
                "it is not connected with the backend", "try again when it is"));
        BorrowedBuffer borrowed = core.borrow(buffer);
        boolean done = false;
        try {
            String name = "buffer %d of heap %s".formatted(buffer.id(), buffer.record().heap());
            var memory = new RegisteredBuffer(borrowed, locate(what, borrowed, name), wiring.chunks, name, direction,
                    openings::forget);
            done = true; // from here on it closes the borrowed buffer
            openings.keep(what, memory);
            borrowed.onRevoke(() -> memory.revoke(wiring.revokePatience));
            return memory;
        } finally {
            if (!done) {
                borrowed.close();
            }
        }
    }

    private TeeMemory.Parent locate(String what, BorrowedBuffer borrowed, String name) {
        try {
            if (borrowed.pool().teeMemory(borrowed.memory()) instanceof TeeMemory.Parent parent
                    && parent.tee().equals(wiring.id)) {
                return parent;
            }
        } catch (HeapException e) {
            if (e.error() != HeapError.NOT_SUPPORTED) {
                throw e;
            }
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, what, name, "the secure processor does not know its memory",
                "allocate from a heap that it serves");
    }

    /** Closes what the bundle has left open: sessions first, so that no call uses the memory. */
    @Override
    public void close() {
        openings.close();
    }
}
