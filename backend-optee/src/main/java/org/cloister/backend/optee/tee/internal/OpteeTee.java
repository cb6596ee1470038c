// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.tee.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.cloister.backend.BackendHost;
import org.cloister.backend.BorrowedBuffer;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.TeeMemory;
import org.cloister.backend.optee.abi.internal.Driver;
import org.cloister.backend.optee.abi.internal.Message;
import org.cloister.backend.optee.abi.internal.SharedPages;
import org.cloister.heap.Access;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.Window;
import org.cloister.platform.layout.DeviceEnumeration;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.platform.layout.OpteeParameter;
import org.cloister.platform.tee.Openings;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeOperation;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;
import org.cloister.tee.TeeVersion;

/**
 * OP-TEE for one bundle: what the bundle opens is closed with it. Safe for use by any thread.
 */
public final class OpteeTee implements Tee, AutoCloseable {
    /** Linux: {@code TEE_OPTEE_CAP_TZ}. */
    private static final int TRUST_ZONE = 1;
    private static final int META_PARAMS = 2;
    private static final int MOST_APPLICATIONS = 16;

    private final Wiring wiring;
    private final Driver driver;
    private final Openings openings = new Openings("OP-TEE");

    /**
     * What all bundles' objects share.
     *
     * @param id by what others tell this trusted OS from others
     * @param driver reaches OP-TEE
     * @param host core, while it is there
     * @param knows whether OP-TEE knows a physical range, address and size, as restricted memory
     * @param revokePatience how long a revoked buffer waits for calls that use it
     */
    public record Wiring(String id, Driver driver, Supplier<Optional<BackendHost>> host,
            BiPredicate<Long, Long> knows, Duration revokePatience) {
    }

    /** Serves one bundle. */
    public OpteeTee(Wiring wiring) {
        this.wiring = wiring;
        this.driver = wiring.driver();
    }

    @Override
    public String id() {
        return wiring.id();
    }

    @Override
    public TeeVersion version() {
        Set<TeeVersion.Capability> capabilities = EnumSet.of(TeeVersion.Capability.GLOBAL_PLATFORM,
                TeeVersion.Capability.REGISTERED_MEMORY);
        if (driver.transport().takesNullMemory()) {
            capabilities.add(TeeVersion.Capability.NULL_MEMORY);
        }
        return new TeeVersion(TeeVersion.OPTEE, "OP-TEE %s by %s".formatted(driver.transport().osVersion(),
                driver.transport().name()), TRUST_ZONE, capabilities);
    }

    @Override
    public TeeSession open(UUID application, Login login, Param... params) {
        String what = "open a session with trusted application " + application;
        openings.requireOpen(what);
        List<Param> given = new TeeOperation(params).params().subList(0, params.length);
        try (var parameters = new Parameters(driver, given, () -> { });
                Message message = driver.messages().begin(what, OpteeMessage.OPEN_SESSION, 0, 0, 0,
                        META_PARAMS + given.size())) {
            identity(message, 0, application, 0);
            identity(message, 1, ClientUuid.of(login), login.method());
            parameters.write(message, META_PARAMS);
            try {
                message.send();
            } finally {
                if (message.isLost()) {
                    parameters.lose();
                }
            }
            if (message.result() != TeeCode.SUCCESS) {
                throw refused(what, message);
            }
            return openings.keep(what, new OpteeSession(driver, application, message.session(), openings::forget));
        }
    }

    private static void identity(Message message, int index, UUID uuid, int third) {
        message.words(index, OpteeParameter.META | OpteeParameter.VALUE_INPUT,
                Long.reverseBytes(uuid.getMostSignificantBits()), Long.reverseBytes(uuid.getLeastSignificantBits()),
                Integer.toUnsignedLong(third));
    }

    private static HeapException refused(String what, Message message) {
        int code = message.result();
        String origin = message.origin() == 0 ? "nobody in particular"
                : TeeResult.Origin.values()[message.origin() - 1].toString();
        String remedy = code == TeeCode.ITEM_NOT_FOUND ? "install the trusted application"
                : "see the trusted application's documentation for this code";
        return new HeapException(HeapError.FIRMWARE_REFUSED, what, "OP-TEE",
                "it answered %s, by %s".formatted(TeeCode.name(code), origin), remedy);
    }

    @Override
    public SharedMemory allocate(long size, Direction direction) {
        String what = "share memory with OP-TEE";
        openings.requireOpen(what);
        SharedPages pages = driver.share(size);
        Window window = null;
        boolean done = false;
        try {
            window = driver.pages().memory().open(pages.address(), size, Access.READ_WRITE);
            var memory = new SharedBlock(pages, window, direction, openings::forget);
            done = true; // from here on it closes both
            return openings.keep(what, memory);
        } finally {
            if (!done) {
                if (window != null) {
                    window.close();
                }
                pages.close();
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws HeapException also {@code UNAVAILABLE} while core is not there
     */
    @Override
    public SharedMemory register(DmaBuf buffer, Direction direction) {
        String what = "register a buffer with OP-TEE";
        openings.requireOpen(what);
        BackendHost core = wiring.host.get().orElseThrow(() -> new HeapException(HeapError.UNAVAILABLE, what, "core",
                "it is not connected with the backend", "try again when it is"));
        BorrowedBuffer borrowed = core.borrow(buffer);
        boolean done = false;
        try {
            String name = "buffer %d of heap %s".formatted(buffer.id(), buffer.record().heap());
            TeeMemory where = locate(what, borrowed, name);
            var memory = new RegisteredBuffer(borrowed.memory().size(), borrowed::close, where, name,
                    direction, openings::forget);
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

    private TeeMemory locate(String what, BorrowedBuffer borrowed, String name) {
        try {
            TeeMemory where = borrowed.pool().teeMemory(borrowed.memory());
            if (isKnown(where, borrowed.memory().size())) {
                return where;
            }
        } catch (HeapException e) {
            if (e.error() != HeapError.NOT_SUPPORTED) {
                throw e;
            }
        }
        throw new HeapException(HeapError.INVALID_ARGUMENT, what, name, "OP-TEE does not know its memory",
                "allocate from a heap that OP-TEE serves");
    }

    private boolean isKnown(TeeMemory where, long size) {
        return switch (where) {
            case TeeMemory.Parent parent -> parent.tee().equals(wiring.id);
            case TeeMemory.Physical physical -> driver.transport().takesAddresses()
                    && physical.tee().map(wiring.id::equals)
                            .orElseGet(() -> wiring.knows.test(physical.address(), size));
            case TeeMemory.Descriptor descriptor -> false;
        };
    }

    /**
     * Makes a buffer of a pool known that nobody else uses, and that the caller keeps until this is closed.
     *
     * @throws HeapException {@code NOT_SUPPORTED} when it is not of memory that OP-TEE knows
     */
    SharedMemory know(Pool pool, PoolBuffer buffer, Direction direction) {
        String what = "use a buffer in OP-TEE";
        openings.requireOpen(what);
        TeeMemory where = pool.teeMemory(buffer);
        if (!isKnown(where, buffer.size())) {
            throw new HeapException(HeapError.NOT_SUPPORTED, what, where.toString(), "OP-TEE does not know its memory",
                    "use one of memory that OP-TEE guards");
        }
        return openings.keep(what, new RegisteredBuffer(buffer.size(), () -> { }, where, where.toString(), direction,
                openings::forget));
    }

    /** {@inheritDoc} OP-TEE's list of devices is asked; what cannot answer that knows of none. */
    @Override
    public Optional<UUID> memoryApplication() {
        MemorySegment list = MemorySegment.ofArray(new byte[MOST_APPLICATIONS * DeviceEnumeration.UUID_BYTES]);
        try (TeeSession session = open(DeviceEnumeration.APPLICATION, Login.PUBLIC)) {
            TeeResult result = session.invoke(DeviceEnumeration.LIST_MEMORY,
                    new Param.Temporary(list, Direction.OUTPUT));
            if (!result.isSuccess() || !(result.params().getFirst() instanceof Param.Temporary told)
                    || told.memory().byteSize() < DeviceEnumeration.UUID_BYTES) {
                return Optional.empty();
            }
            ByteBuffer uuid = told.memory().asByteBuffer();
            return Optional.of(new UUID(uuid.getLong(), uuid.getLong()));
        } catch (HeapException e) {
            return Optional.empty();
        }
    }

    /** Closes what the bundle has left open: sessions first, so that no call uses the memory. */
    @Override
    public void close() {
        openings.close();
    }
}
