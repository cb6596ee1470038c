// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.cloister.backend.linux.kernel.internal.Ioctl;
import org.cloister.backend.linux.kernel.internal.SocketCalls;
import org.cloister.backend.linux.kernel.internal.SystemCalls;

/** A kernel that refuses what a test tells it to, and knows which descriptors are open. Single-threaded. */
final class FakeKernel implements SystemCalls {
    /** What to answer instead of doing it, by the name of the request or call. */
    final Map<String, Integer> refusals = new HashMap<>();
    final TreeSet<Integer> open = new TreeSet<>();
    final List<String> log = new ArrayList<>();
    private int next = 10;

    private int refusal(String call) {
        log.add(call);
        return refusals.getOrDefault(call, 0);
    }

    private int opened() {
        open.add(next);
        return next++;
    }

    @Override
    public int open(String path, boolean writable) {
        int refused = refusals.getOrDefault("open " + path, refusal("open"));
        return refused != 0 ? refused : opened();
    }

    @Override
    public int close(int fd) {
        log.add("close");
        return open.remove(fd) ? 0 : -9;
    }

    @Override
    public int ioctl(int fd, Ioctl request, MemorySegment argument) {
        int refused = refusal(request.name());
        if (refused != 0) {
            return refused;
        }
        if (!open.contains(fd)) {
            return -9;
        }
        if (request.name().equals("DMA_HEAP_IOCTL_ALLOC")) {
            if (argument.get(JAVA_LONG, 0) == 0 || argument.get(JAVA_INT, 8) != 0
                    || argument.get(JAVA_LONG, 16) != 0) {
                return -22;
            }
            argument.set(JAVA_INT, 8, opened());
        }
        return 0;
    }

    @Override
    public int duplicate(int fd) {
        int refused = refusal("dup");
        return refused != 0 ? refused : opened();
    }

    @Override
    public long size(int fd) {
        return refusal("lseek");
    }

    @Override
    public int poll(int fd, int milliseconds) {
        return refusal("poll");
    }

    @Override
    public Mapped map(int fd, long size, boolean readable, boolean writable, Arena arena) {
        int refused = refusal("mmap");
        return refused != 0 ? new Mapped(MemorySegment.NULL, refused) : new Mapped(arena.allocate(size), 0);
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
