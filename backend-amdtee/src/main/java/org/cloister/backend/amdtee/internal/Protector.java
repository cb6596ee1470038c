// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.amdtee.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.backend.amdtee.ring.internal.PspRing;
import org.cloister.backend.amdtee.tee.internal.Buffers;
import org.cloister.backend.amdtee.tee.internal.MappedChunk;
import org.cloister.backend.amdtee.tee.internal.PspSession;
import org.cloister.backend.amdtee.tee.internal.PspTee;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FirmwareFiles;
import org.cloister.platform.layout.ProtectedMemoryApplication;
import org.cloister.tee.Direction;
import org.cloister.tee.Param;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;

/**
 * The application that protects memory, as the driver uses it: a session that is opened when it is first needed, and
 * anew when the processor was initialised anew; chunks that outlive both.
 *
 * <p>Safe for use by any thread: the lock guards the session, and each chunk its mapping.
 */
final class Protector {
    private final PspRing ring;
    private final FirmwareFiles files;
    private final Map<Long, Chunk> chunks = new ConcurrentHashMap<>(); // by address
    private final ReentrantLock lock = new ReentrantLock(); // no monitor, for the processor answers under it
    private Optional<PspSession> session = Optional.empty(); // guarded by lock
    private long opened; // guarded by lock

    /** A range that the application protects. */
    private static final class Chunk {
        private final long address;
        private final long size;
        private final int range;
        private boolean doubtful; // whether it was perhaps given back unheard; guarded by this, as is the next
        private Buffers.Mapped mapped;

        Chunk(long address, long size, int range, Buffers.Mapped mapped) {
            this.address = address;
            this.size = size;
            this.range = range;
            this.mapped = mapped;
        }
    }

    Protector(PspRing ring, FirmwareFiles files) {
        this.ring = ring;
        this.files = files;
    }

    /**
     * Makes sure that memory can be protected.
     *
     * @throws HeapException {@code FIRMWARE_DEAD}, {@code FIRMWARE_REFUSED}, {@code NO_MEMORY}
     */
    PspSession session() {
        lock.lock();
        try {
            long now = ring.ready("protect memory");
            if (session.isEmpty() || opened != now) {
                byte[] binary = PspTee.binary(files, ProtectedMemoryApplication.APPLICATION);
                session = Optional.of(PspSession.open(
                        ring, ProtectedMemoryApplication.APPLICATION, binary, List.of(), closed -> { }));
                opened = now;
            }
            return session.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Maps memory and has it protected.
     *
     * @return its cookie: its address
     * @throws HeapException {@code UNAVAILABLE} and others that are refusals when nothing is protected;
     *     {@code FIRMWARE_DEAD} when nobody knows
     */
    long protect(long address, long size, int useCase) {
        Buffers.Mapped mapped = map(address, size);
        boolean refused = true;
        try {
            TeeResult result = session().invoke(ProtectedMemoryApplication.PROTECT,
                    Param.Memory.all(new MappedChunk(mapped, size)),
                    new Param.Value(useCase, 0, Direction.INPUT), new Param.Value(0, 0, Direction.OUTPUT));
            require("protect a chunk", result);
            chunks.put(address, new Chunk(address, size, result.value(2).a(), mapped));
            refused = false;
            return address;
        } catch (HeapException e) {
            refused = e.error() != HeapError.FIRMWARE_DEAD && e.error() != HeapError.PROTOCOL;
            throw e;
        } finally {
            if (refused) {
                Buffers.unmap(ring, mapped);
            }
        }
    }

    /** A processor that dies while memory is mapped has not taken it. */
    private Buffers.Mapped map(long address, long size) {
        try {
            return Buffers.map(ring, address, size);
        } catch (HeapException e) {
            if (e.error() != HeapError.FIRMWARE_DEAD) {
                throw e;
            }
            throw unheard(e);
        }
    }

    /**
     * Has protected memory given back. What failed can be tried again: the application tells what it protects still.
     *
     * @throws HeapException {@code UNAVAILABLE} when the processor does not answer, {@code FIRMWARE_REFUSED}, {@code BUSY}
     */
    void release(long cookie) {
        Chunk chunk = chunk(cookie);
        synchronized (chunk) {
            try {
                PspSession open = session();
                if (!chunk.doubtful || isProtected(open, chunk)) {
                    chunk.doubtful = true;
                    require("give a chunk back", open.invoke(ProtectedMemoryApplication.RELEASE,
                            new Param.Value(chunk.range, 0, Direction.INPUT)));
                }
            } catch (HeapException e) {
                throw e.error() == HeapError.FIRMWARE_DEAD || e.error() == HeapError.PROTOCOL ? unheard(e) : e;
            }
            chunks.remove(cookie);
            Buffers.unmap(ring, chunk.mapped);
        }
    }

    private static boolean isProtected(PspSession session, Chunk chunk) {
        TeeResult result = session.invoke(ProtectedMemoryApplication.FIND,
                new Param.Value((int) chunk.address, (int) (chunk.address >>> Integer.SIZE), Direction.INPUT),
                new Param.Value(0, 0, Direction.OUTPUT));
        if (result.code() == TeeCode.ITEM_NOT_FOUND) {
            return false;
        }
        require("find a chunk", result);
        return result.value(1).a() == chunk.range;
    }

    private static HeapException unheard(HeapException e) {
        return new HeapException(HeapError.UNAVAILABLE, e.what(), e.which(), e.why(), e.remedy(), e);
    }

    /** How the processor knows a chunk now; maps it again where it has forgotten. */
    Buffers.Mapped mapped(long cookie) {
        Chunk chunk = chunk(cookie);
        long now = ring.ready("use a protected chunk");
        synchronized (chunk) {
            if (chunk.mapped.generation() != now) {
                chunk.mapped = Buffers.map(ring, chunk.address, chunk.size);
            }
            return chunk.mapped;
        }
    }

    private Chunk chunk(long cookie) {
        return Optional.ofNullable(chunks.get(cookie)).orElseThrow(() -> new HeapException(HeapError.INVALID_ARGUMENT,
                "find protected memory", "0x%x".formatted(cookie), "no chunk is there", "use a live buffer"));
    }

    private static void require(String what, TeeResult result) {
        if (result.code() == TeeCode.OUT_OF_MEMORY) {
            throw new HeapException(HeapError.NO_REGION, what, "the secure processor",
                    "its hardware can protect no further range", "free buffers, of other use cases too");
        }
        if (result.code() == TeeCode.BUSY) {
            throw new HeapException(HeapError.BUSY, what, "the secure processor",
                    "somebody did not let go of the memory", "close windows on it and try again");
        }
        result.orElseThrow(what);
    }
}
