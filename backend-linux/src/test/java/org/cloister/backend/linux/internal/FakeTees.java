// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.cloister.backend.linux.kernel.internal.Ioctl;
import org.cloister.backend.linux.kernel.internal.SocketCalls;
import org.cloister.backend.linux.kernel.internal.SystemCalls;
import org.cloister.backend.linux.tee.internal.FakeTee;

/** A kernel with several TEE drivers: a path leads to one, and from then on its descriptors do. */
final class FakeTees implements SystemCalls {
    /** By path. */
    final Map<String, FakeTee> devices = new ConcurrentHashMap<>();
    /** What opening a path answers instead. */
    final Map<String, Integer> refusals = new ConcurrentHashMap<>();

    private FakeTee owner(int fd) {
        return devices.values().stream().filter(device -> device.open.containsKey(fd)).findFirst()
                .orElseThrow(() -> new AssertionError("descriptor " + fd + " is not open"));
    }

    @Override
    public int open(String path, boolean writable) {
        if (refusals.containsKey(path)) {
            return refusals.get(path);
        }
        FakeTee device = devices.get(path);
        return device == null ? -2 : device.open(path, writable);
    }

    @Override
    public int close(int fd) {
        return owner(fd).close(fd);
    }

    @Override
    public int ioctl(int fd, Ioctl request, MemorySegment argument) {
        return owner(fd).ioctl(fd, request, argument);
    }

    @Override
    public Mapped map(int fd, long size, boolean readable, boolean writable, Arena arena) {
        return owner(fd).map(fd, size, readable, writable, arena);
    }

    @Override
    public int duplicate(int fd) {
        return owner(fd).duplicate(fd);
    }

    @Override
    public long size(int fd) {
        return owner(fd).size(fd);
    }

    @Override
    public int poll(int fd, int milliseconds) {
        return owner(fd).poll(fd, milliseconds);
    }

    @Override
    public SocketCalls sockets() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long pageSize() {
        return 4096;
    }
}
