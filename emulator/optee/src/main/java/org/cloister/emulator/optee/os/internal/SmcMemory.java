// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.heap.HeapException;
import org.cloister.tee.TeeCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory that the normal world registered or lent by messages of OP-TEE's SMC interface. The normal world chooses the
 * cookies; where two are the same the younger memory is found, and shared memory before lent memory.
 *
 * <p>Safe for use by any thread. The machine, and the normal world, are called without the lock.
 */
public final class SmcMemory {
    private static final long OBJECT_BYTES = 128;
    private static final Logger LOG = LoggerFactory.getLogger(SmcMemory.class);

    private final Machine machine;
    private final ProtectedMemory policy;
    private final Budget heap;
    private final List<MemoryRange> areas;
    private final ManagedMemory managed;
    private final ReentrantLock lock = new ReentrantLock();
    private final WaitQueue released = new WaitQueue(lock);
    private final Deque<RegisteredMemory> shared = new ArrayDeque<>(); // youngest first, guarded by lock
    private final Deque<RegisteredMemory> lent = new ArrayDeque<>(); // youngest first, guarded by lock

    /**
     * Makes a registry.
     *
     * @param areas memory that is known by its address since boot: reserved shared memory, static protected memory
     * @param managed memory that applications manage, known by its address too
     */
    public SmcMemory(Machine machine, ProtectedMemory policy, Budget heap, List<MemoryRange> areas,
            ManagedMemory managed) {
        this.machine = machine;
        this.policy = policy;
        this.heap = heap;
        this.areas = List.copyOf(areas);
        this.managed = managed;
    }

    /** The part of reserved shared memory from {@code address} on, if it is there. */
    Optional<MemoryRange> reserved(long address, long size) {
        return areas.stream()
                .filter(area -> area.kind() == MemoryRange.Kind.RESERVED)
                .filter(area -> Pages.inside(address, size, area.base(), area.size()))
                .findFirst();
    }

    /** Tells whether a page is in memory that was lent. */
    boolean isLent(long page) {
        lock.lock();
        try {
            return lent.stream().anyMatch(known -> known.overlaps(page, Pages.SIZE));
        } finally {
            lock.unlock();
        }
    }

    /** Registers shared memory; false when a page is not the normal world's to share. */
    boolean register(long[] pages, int pageOffset, long cookie) {
        return add(pages, pageOffset, cookie, false).isPresent();
    }

    /** Uses memory in one call only; empty when a page is not the normal world's to share. */
    Optional<Hold> temporary(long[] pages, int pageOffset, long cookie) {
        return add(pages, pageOffset, cookie, true).map(added -> new Hold(added.memory, () -> drop(added)));
    }

    private Optional<RegisteredMemory> add(long[] pages, int pageOffset, long cookie, boolean temporary) {
        if (pages.length == 0 || pageOffset >= Pages.SIZE) {
            return Optional.empty();
        }
        for (long page : pages) {
            if (!Pages.aligned(page) || !machine.isNormalMemory(page, Pages.SIZE)) {
                return Optional.empty();
            }
        }
        long bytes = OBJECT_BYTES + 8L * pages.length;
        if (!heap.take(bytes)) {
            return Optional.empty();
        }
        var memory = new SharedPages(cookie, pages, pageOffset);
        var added = new RegisteredMemory(memory, 0, temporary, bytes);
        lock.lock();
        try {
            if (memory.isWithheld(machine)) { // by an application, since the pages were checked
                heap.give(bytes);
                return Optional.empty();
            }
            for (RegisteredMemory other : lent) {
                if (added.overlaps(((MemoryRange) other.memory).base(), other.memory.size())) {
                    heap.give(bytes);
                    return Optional.empty();
                }
            }
            shared.addFirst(added);
        } finally {
            lock.unlock();
        }
        return Optional.of(added);
    }

    private List<SecureThread> drop(RegisteredMemory temporary) {
        lock.lock();
        try {
            shared.remove(temporary);
        } finally {
            lock.unlock();
        }
        heap.give(temporary.heapBytes);
        return List.of();
    }

    /** Uses memory that was registered or lent under a cookie. */
    Optional<Hold> get(long cookie) {
        lock.lock();
        try {
            return find(shared, cookie).or(() -> find(lent, cookie)).map(this::use);
        } finally {
            lock.unlock();
        }
    }

    /** Uses restricted memory, or reserved shared memory, at an address; empty ranges count as one byte. */
    Optional<Hold> get(long address, long size) {
        long length = size == 0 ? 1 : size;
        for (MemoryRange area : areas) {
            if (Pages.inside(address, length, area.base(), area.size())) {
                return Optional.of(Hold.permanent(area));
            }
        }
        lock.lock();
        try {
            for (RegisteredMemory candidate : lent) {
                MemoryRange range = (MemoryRange) candidate.memory;
                if (candidate.state == RegisteredMemory.State.READY
                        && Pages.inside(address, length, range.base(), range.size())) {
                    return Optional.of(use(candidate));
                }
            }
        } finally {
            lock.unlock();
        }
        return managed.get(address, length);
    }

    private static Optional<RegisteredMemory> find(Deque<RegisteredMemory> among, long cookie) {
        return among.stream()
                .filter(candidate -> candidate.memory.cookie() == cookie)
                .filter(candidate -> candidate.state == RegisteredMemory.State.READY)
                .findFirst();
    }

    private Hold use(RegisteredMemory used) {
        used.uses++;
        return new Hold(used.memory, () -> put(used));
    }

    private List<SecureThread> put(RegisteredMemory used) {
        lock.lock();
        try {
            used.uses--;
            boolean last = used.uses == 0 && used.state == RegisteredMemory.State.RELEASING;
            return last ? released.drain() : List.of();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets shared memory, once nobody uses it.
     *
     * @return a GlobalPlatform code
     */
    int unregister(SecureThread thread, long cookie) {
        RegisteredMemory gone;
        lock.lock();
        try {
            gone = find(shared, cookie).filter(found -> !found.temporary).orElse(null);
            if (gone == null) {
                return TeeCode.BAD_PARAMETERS;
            }
            gone.state = RegisteredMemory.State.RELEASING;
            while (gone.uses > 0) {
                released.await(thread);
            }
            shared.remove(gone);
        } finally {
            lock.unlock();
        }
        heap.give(gone.heapBytes);
        return TeeCode.SUCCESS;
    }

    /**
     * Takes memory that the normal world lends, and protects it.
     *
     * @return a GlobalPlatform code
     */
    int lend(long address, long size, long cookie, int useCase) {
        if (!policy.lendable(useCase) || size <= 0 || !machine.isNormalMemory(address, size)
                || !Pages.aligned(address | size) || !heap.take(OBJECT_BYTES)) {
            return TeeCode.BAD_PARAMETERS;
        }
        var added = new RegisteredMemory(
                new MemoryRange(MemoryRange.Kind.LENT, cookie, address, size, useCase), useCase, false, OBJECT_BYTES);
        lock.lock();
        try {
            if (overlapsKnown(address, size) || machine.isWithheld(address, size)) {
                heap.give(OBJECT_BYTES);
                return TeeCode.BAD_PARAMETERS;
            }
            added.state = RegisteredMemory.State.PROTECTING;
            lent.addFirst(added);
        } finally {
            lock.unlock();
        }
        return protect(added, (MemoryRange) added.memory) ? TeeCode.SUCCESS : TeeCode.BAD_PARAMETERS;
    }

    /** Tells whether some of a range is shared, lent, or set aside since boot. */
    boolean isKnown(long address, long size) {
        lock.lock();
        try {
            return overlapsKnown(address, size);
        } finally {
            lock.unlock();
        }
    }

    private boolean overlapsKnown(long address, long size) {
        return areas.stream().anyMatch(area -> Pages.overlap(area.base(), area.size(), address, size))
                || shared.stream().anyMatch(other -> other.overlaps(address, size))
                || lent.stream().anyMatch(other -> other.overlaps(address, size));
    }

    private boolean protect(RegisteredMemory added, MemoryRange range) {
        boolean done = false;
        try {
            machine.protect(added.useCase, range.base(), range.size());
            done = true;
        } catch (HeapException e) {
            LOG.info("Memory that was lent is not protected: {}", e.getMessage());
        } finally {
            lock.lock();
            try {
                if (done) {
                    added.state = RegisteredMemory.State.READY;
                } else {
                    lent.remove(added);
                    heap.give(OBJECT_BYTES);
                }
            } finally {
                lock.unlock();
            }
        }
        return done;
    }

    /**
     * Takes lent memory back for the normal world, once nobody uses it.
     *
     * @return a GlobalPlatform code
     */
    int reclaim(SecureThread thread, long cookie) {
        RegisteredMemory gone;
        lock.lock();
        try {
            gone = find(lent, cookie).orElse(null);
            if (gone == null) {
                return TeeCode.BAD_PARAMETERS;
            }
            gone.state = RegisteredMemory.State.RELEASING;
            while (gone.uses > 0) {
                released.await(thread);
            }
        } finally {
            lock.unlock();
        }
        return restore(gone, (MemoryRange) gone.memory) ? TeeCode.SUCCESS : TeeCode.GENERIC;
    }

    private boolean restore(RegisteredMemory gone, MemoryRange range) {
        boolean done = false;
        try {
            machine.restore(range.base());
            done = true;
        } catch (HeapException e) {
            LOG.warn("Memory that was lent stays protected: {}", e.getMessage());
        } finally {
            lock.lock();
            try {
                if (done) {
                    lent.remove(gone);
                    heap.give(OBJECT_BYTES);
                } else {
                    gone.state = RegisteredMemory.State.READY;
                }
            } finally {
                lock.unlock();
            }
        }
        return done;
    }

    /** All that is known, for reports. */
    public String describe() {
        lock.lock();
        try {
            var text = new StringBuilder();
            for (Deque<RegisteredMemory> list : List.of(shared, lent)) {
                for (RegisteredMemory known : list) {
                    text.append("%x %s use-case %d %s uses %d%n".formatted(known.memory.cookie(), known.state,
                            known.useCase, where(known.memory), known.uses));
                }
            }
            return text.append("heap ").append(heap.used()).toString();
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
