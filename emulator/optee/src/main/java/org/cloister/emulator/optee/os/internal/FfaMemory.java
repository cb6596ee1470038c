// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.heap.HeapException;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that the normal world shared or lent by FF-A. Handles are small: the lowest free of 64, with a bit that says
 * that the memory is the normal world's (OP-TEE: {@code FFA_MEMORY_HANDLE_NON_SECURE_BIT}).
 *
 * <p>Safe for use by any thread. The machine is called without the lock: it waits for accesses in flight.
 */
public final class FfaMemory {
    /** How many handles there are. */
    public static final int HANDLES = 64;
    /** What every handle has in it. */
    public static final long HANDLE_BIT = 1L << 44;
    /** The use case of memory that is only shared. */
    public static final int SHARED = 0;

    private static final long OBJECT_BYTES = 128;
    private static final Logger LOG = LoggerFactory.getLogger(FfaMemory.class);

    private final Machine machine;
    private final ProtectedMemory policy;
    private final Budget heap;
    private final ReentrantLock lock = new ReentrantLock();
    private final BitSet handles = new BitSet(HANDLES); // guarded by lock
    private final Map<Long, FfaObject> objects = new LinkedHashMap<>(); // guarded by lock

    /** Makes a registry that knows nothing. */
    public FfaMemory(Machine machine, ProtectedMemory policy, Budget heap) {
        this.machine = machine;
        this.policy = policy;
        this.heap = heap;
    }

    /** Tells whether memory can be lent for a use case; {@link #SHARED} stands for memory that stays open. */
    public boolean knows(int useCase) {
        return useCase == SHARED || policy.lendable(useCase);
    }

    /**
     * Takes what an object of {@code pages} pages costs.
     *
     * @return its handle; empty when heap or handles are used up
     */
    public OptionalLong reserve(int useCase, long pages) {
        if (!heap.take(cost(useCase, pages))) {
            return OptionalLong.empty();
        }
        lock.lock();
        try {
            int index = handles.nextClearBit(0);
            if (index >= HANDLES) {
                heap.give(cost(useCase, pages));
                return OptionalLong.empty();
            }
            handles.set(index);
            return OptionalLong.of(HANDLE_BIT | index);
        } finally {
            lock.unlock();
        }
    }

    /** Gives a reservation back that came to nothing. */
    public void cancel(long handle, int useCase, long pages) {
        lock.lock();
        try {
            handles.clear((int) (handle & ~HANDLE_BIT));
        } finally {
            lock.unlock();
        }
        heap.give(cost(useCase, pages));
    }

    private static long cost(int useCase, long pages) {
        return useCase == SHARED ? OBJECT_BYTES + 8 * pages : OBJECT_BYTES;
    }

    /** Commits memory that is only shared; see {@link #commitLent}. */
    public boolean commitShared(long handle, long[] pages) {
        return commit(new FfaObject(new SharedPages(handle, pages, 0), SHARED, cost(SHARED, pages.length)));
    }

    /**
     * Makes memory known under a handle that was reserved for it, and protects the pages that it is in.
     *
     * @return false, with the reservation given back, when it overlaps memory that must not be touched or the machine
     *     cannot protect it
     */
    public boolean commitLent(long handle, long address, long size, int useCase) {
        return commit(new FfaObject(
                new MemoryRange(MemoryRange.Kind.LENT, handle, address, size, useCase), useCase, cost(useCase, 0)));
    }

    private boolean commit(FfaObject object) {
        lock.lock();
        try {
            for (FfaObject other : objects.values()) {
                if (object.overlaps(other)) {
                    release(object);
                    return false;
                }
            }
            if (isWithheld(object.memory)) { // by an application, since the pages were checked
                release(object);
                return false;
            }
            object.state = object.useCase == SHARED ? FfaObject.State.READY : FfaObject.State.PROTECTING;
            objects.put(object.handle(), object);
        } finally {
            lock.unlock();
        }
        return object.useCase == SHARED || protect(object, (MemoryRange) object.memory);
    }

    private boolean isWithheld(MemoryObject memory) {
        return switch (memory) {
            case SharedPages pages -> pages.isWithheld(machine);
            case MemoryRange range -> machine.isWithheld(range.base(), range.size());
        };
    }

    private boolean protect(FfaObject object, MemoryRange range) {
        boolean done = false;
        try {
            machine.protect(object.useCase, Pages.start(range.base()), Pages.span(range.base(), range.size()));
            done = true;
        } catch (HeapException e) {
            LOG.info("Memory that was lent is not protected: {}", e.getMessage());
        } finally {
            lock.lock();
            try {
                if (done) {
                    object.state = FfaObject.State.READY;
                } else {
                    objects.remove(object.handle());
                    release(object);
                }
            } finally {
                lock.unlock();
            }
        }
        return done;
    }

    private void release(FfaObject object) {
        handles.clear((int) (object.handle() & ~HANDLE_BIT));
        heap.give(object.heapBytes);
    }

    /** Tells whether some of a range is shared or lent. */
    boolean isKnown(long address, long size) {
        var range = new FfaObject(new MemoryRange(MemoryRange.Kind.LENT, 0, address, size), SHARED, 0);
        lock.lock();
        try {
            return objects.values().stream().anyMatch(range::overlaps);
        } finally {
            lock.unlock();
        }
    }

    /** Takes memory back for the normal world. */
    public FfaStatus reclaim(long handle) {
        FfaObject object;
        lock.lock();
        try {
            object = objects.get(handle);
            if (object == null || object.state == FfaObject.State.PROTECTING) {
                return FfaStatus.INVALID_PARAMETERS;
            }
            if (object.uses > 0 || object.registered || object.state == FfaObject.State.RESTORING) {
                return FfaStatus.DENIED;
            }
            if (object.useCase == SHARED) {
                objects.remove(handle);
                release(object);
                return FfaStatus.SUCCESS;
            }
            object.state = FfaObject.State.RESTORING;
        } finally {
            lock.unlock();
        }
        return restore(object, (MemoryRange) object.memory);
    }

    private FfaStatus restore(FfaObject object, MemoryRange range) {
        boolean done = false;
        try {
            machine.restore(Pages.start(range.base()));
            done = true;
            return FfaStatus.SUCCESS;
        } catch (HeapException e) {
            LOG.warn("Memory that was lent stays protected: {}", e.getMessage());
            return FfaStatus.DENIED;
        } finally {
            lock.lock();
            try {
                if (done) {
                    objects.remove(object.handle());
                    release(object);
                } else {
                    object.state = FfaObject.State.READY;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * The normal world will not use memory in messages any longer.
     *
     * @return false when it is in use; true also when there is nothing to forget, for the normal world cannot know
     */
    public boolean unregister(long handle) {
        lock.lock();
        try {
            FfaObject object = objects.get(handle);
            if (object == null) {
                return true;
            }
            if (object.uses > 0) {
                return false;
            }
            object.registered = false;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Uses memory.
     *
     * @param internalOffset where in its first page it begins; all who use it at a time agree
     * @return a reference; empty when there is none, or the offset is wrong
     */
    public Optional<Hold> get(long handle, int internalOffset) {
        if (internalOffset >= Pages.SIZE) {
            return Optional.empty();
        }
        lock.lock();
        try {
            FfaObject object = objects.get(handle);
            if (object == null || object.state != FfaObject.State.READY) {
                return Optional.empty();
            }
            if (object.uses > 0 && internalOffset != offset(object)) {
                return Optional.empty();
            }
            if (object.uses == 0) {
                if (object.memory instanceof SharedPages pages) {
                    pages.pageOffset(internalOffset);
                } else if (internalOffset != 0) {
                    return Optional.empty();
                }
                object.registered = true;
            }
            object.uses++;
            return Optional.of(new Hold(object.memory, () -> put(object)));
        } finally {
            lock.unlock();
        }
    }

    private static int offset(FfaObject object) {
        return object.memory instanceof SharedPages pages ? pages.pageOffset() : 0;
    }

    private List<SecureThread> put(FfaObject object) {
        lock.lock();
        try {
            object.uses--;
            return List.of(); // FF-A has nobody wait: taking back what is in use is refused
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says what lent memory is for.
     *
     * @return a GlobalPlatform code: {@code ITEM_NOT_FOUND}, {@code BUSY} when it was said before,
     *     {@code BAD_PARAMETERS} when it was lent for something else
     */
    public int assign(long handle, long useCase) {
        lock.lock();
        try {
            FfaObject object = objects.get(handle);
            if (object == null || object.state != FfaObject.State.READY) {
                return TeeCode.ITEM_NOT_FOUND;
            }
            boolean shared = object.memory instanceof SharedPages;
            if (object.uses > 0) {
                return shared ? TeeCode.BUSY : TeeCode.ITEM_NOT_FOUND;
            }
            if (shared) {
                return TeeCode.ITEM_NOT_FOUND;
            }
            if (object.assigned) {
                return TeeCode.BUSY;
            }
            if (object.useCase != (int) useCase) { // the trusted OS keeps 32 bits of it
                return TeeCode.BAD_PARAMETERS;
            }
            object.assigned = true;
            return TeeCode.SUCCESS;
        } finally {
            lock.unlock();
        }
    }

    /** All that is known, for reports. */
    public String describe() {
        lock.lock();
        try {
            var text = new StringBuilder();
            for (FfaObject object : objects.values()) {
                text.append("%x %s use-case %d %s uses %d registered %b assigned %b%n".formatted(
                        object.handle(), object.state, object.useCase, where(object.memory), object.uses,
                        object.registered, object.assigned));
            }
            return text.append("handles ").append(handles).append(" heap ").append(heap.used()).toString();
        } finally {
            lock.unlock();
        }
    }

    private static String where(MemoryObject memory) {
        return switch (memory) {
            case SharedPages pages -> "%d pages hash %x offset %d".formatted(
                    pages.pages().length, Arrays.hashCode(pages.pages()), pages.pageOffset());
            case MemoryRange range -> "%x+%x".formatted(range.base(), range.size());
        };
    }
}
