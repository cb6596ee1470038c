// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.importer.Invalidation;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DeviceImporter;

/**
 * The decoder's firmware in memory of a heap, for all sessions that take their memory there. Loaded when the first of
 * them has something to decode; when core moves or revokes its memory the device stops, and it is loaded anew. Safe for
 * use by any thread: the lock guards memory and device together.
 */
final class FirmwareSlot {
    private final Optional<FirmwareFile> file;
    private final HeapSource source;
    private final DeviceImporter importer;
    private final DecoderFirmware device;
    private final Set<Session> users = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<OwnBuffer> memory = Optional.empty(); // guarded by lock, as is loaded
    private boolean loaded;
    private volatile Optional<DmaBuf> snapshot = Optional.empty();

    /** Takes over a place of the device, for what is in a file; without one there is nothing to load. */
    FirmwareSlot(Optional<FirmwareFile> file, HeapSource source, DeviceImporter importer, DecoderFirmware device) {
        this.file = file;
        this.source = source;
        this.importer = importer;
        this.device = device;
    }

    DecoderFirmware device() {
        return device;
    }

    /** A session runs on it, and is told when it has to be loaded anew. */
    void add(Session session) {
        users.add(session);
    }

    /** A session does not any more; tells whether no other does. */
    boolean remove(Session session) {
        users.remove(session);
        return users.isEmpty();
    }

    /**
     * Loads it, unless it is loaded. It is not while {@link #movers} move its memory, for they may wait for the lock.
     *
     * @return whether it is loaded
     * @throws org.cloister.heap.HeapException what heap, importer and device say; then it is not loaded
     */
    boolean require() {
        lock.lock();
        try {
            if (!loaded) {
                loaded = file.map(this::load).orElse(true);
            }
            return loaded;
        } finally {
            lock.unlock();
        }
    }

    private boolean load(FirmwareFile image) {
        if (memory.isEmpty()) {
            hold(new OwnBuffer(source, "decoder firmware", image.size(), importer));
        }
        Optional<List<MemoryRange>> place = memory.get().map();
        place.ifPresent(ranges -> image.load(device, ranges));
        return place.isPresent();
    }

    /** Who moves its memory, and is not done yet. */
    List<Fence> movers() {
        lock.lock();
        try {
            return memory.map(OwnBuffer::movers).orElse(List.of());
        } finally {
            lock.unlock();
        }
    }

    private void hold(OwnBuffer buffer) {
        buffer.use(this::takeAway);
        memory = Optional.of(buffer);
        snapshot = Optional.of(buffer.buffer());
    }

    /** The next session that needs it loads it anew, into the same memory. */
    void reset() {
        lock.lock();
        try {
            device.unload();
            loaded = false;
        } finally {
            lock.unlock();
        }
    }

    /** Core ends the mapping: the device stops. On core's thread. */
    private void takeAway(Invalidation why) {
        lock.lock();
        try {
            reset();
            switch (why) {
                case MOVED -> memory.ifPresent(OwnBuffer::unmap);
                case REVOKED -> release();
            }
        } finally {
            lock.unlock();
        }
        List.copyOf(users).forEach(Session::resume);
    }

    private void release() {
        memory.ifPresent(OwnBuffer::release);
        memory = Optional.empty();
        snapshot = Optional.empty();
    }

    /** Its memory, if there is some. */
    Optional<DmaBuf> snapshot() {
        return snapshot;
    }

    /** Gives everything back; no session runs on it any more. */
    void close() {
        lock.lock();
        try {
            device.close();
            loaded = false;
            release();
        } finally {
            lock.unlock();
        }
    }
}
