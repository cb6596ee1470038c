// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.tee.internal;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.cloister.backend.linux.kernel.internal.Ioctl;
import org.cloister.backend.linux.kernel.internal.SocketCalls;
import org.cloister.backend.linux.kernel.internal.SystemCalls;

/**
 * A kernel with a TEE driver, at the offsets of the kernel's headers: it reads and writes bytes where those say, not
 * where the product's layouts do. Its trusted application adds, copies, waits to be cancelled, or breaks the protocol.
 */
@SuppressWarnings("restricted") // follows addresses, as a kernel does
public final class FakeTee implements SystemCalls {
    /** Adds two numbers. */
    public static final int ADD = 1;
    static final int COPY = 2;
    static final int WAIT = 3;
    static final int NO_ORIGIN = 4;
    static final int NEGATIVE_SIZE = 5;
    static final int CANCELLED = 0xFFFF0002;
    /** The first bytes of the uuid of the application that there is, as they are in memory. */
    static final long APPLICATION = 0x0807060504030201L;

    private record Memory(int id, MemorySegment bytes) {}

    final Map<String, Integer> refusals = new HashMap<>();
    /** What is open, by descriptor. */
    public final Map<Integer, String> open = new ConcurrentHashMap<>();
    /** Calls that came to the application. */
    public final AtomicInteger calls = new AtomicInteger();
    final CountDownLatch waiting = new CountDownLatch(1);
    final CountDownLatch cancelled = new CountDownLatch(1);
    /** How many are open; each has the same number, as those of several devices may. */
    public final AtomicInteger sessions = new AtomicInteger();
    /** The client's uuid as it came. */
    volatile long client;
    private final Map<Integer, Memory> memories = new ConcurrentHashMap<>(); // by descriptor
    private final Arena arena = Arena.ofAuto();
    private final int implementation;
    private final AtomicInteger next;

    FakeTee() {
        this(1, 100);
    }

    /** A driver that says which implementation it is, and gives descriptors from {@code first} on. */
    public FakeTee(int implementation, int first) {
        this.implementation = implementation;
        this.next = new AtomicInteger(first);
    }

    private int opened(String what) {
        int fd = next.getAndIncrement();
        open.put(fd, what);
        return fd;
    }

    @Override
    public int open(String path, boolean writable) {
        return refusals.containsKey("open") ? refusals.get("open") : opened(path);
    }

    @Override
    public int close(int fd) {
        return open.remove(fd) == null ? -9 : 0;
    }

    @Override
    public int ioctl(int fd, Ioctl request, MemorySegment argument) {
        if (refusals.containsKey(request.name())) {
            return refusals.get(request.name());
        }
        if (!open.containsKey(fd)) {
            return -9;
        }
        return switch (request.code()) {
            case 0x800C_A400 -> version(argument);
            case 0xC010_A401 -> share(argument);
            case 0x8010_A402 -> openSession(pointed(argument));
            case 0x8010_A403 -> invoke(pointed(argument));
            case 0x8008_A404 -> {
                cancelled.countDown();
                yield 0;
            }
            case 0x8004_A405 -> {
                sessions.decrementAndGet();
                yield 0;
            }
            case 0xC018_A408 -> register(argument);
            default -> -25;
        };
    }

    private int version(MemorySegment data) {
        data.set(JAVA_INT, 0, implementation);
        data.set(JAVA_INT, 4, 1);
        data.set(JAVA_INT, 8, 0b01101);
        return 0;
    }

    private static MemorySegment pointed(MemorySegment pointer) {
        return MemorySegment.ofAddress(pointer.get(JAVA_LONG, 0)).reinterpret(pointer.get(JAVA_LONG, 8));
    }

    private int share(MemorySegment data) {
        if (data.get(JAVA_INT, 8) != 0) {
            return -22;
        }
        int fd = opened("shm");
        memories.put(fd, new Memory(1000 + fd, arena.allocate(data.get(JAVA_LONG, 0))));
        data.set(JAVA_INT, 12, 1000 + fd);
        return fd;
    }

    /** Buffers of the heap of this TEE have descriptors from 7000 on. */
    private int register(MemorySegment data) {
        if (data.get(JAVA_LONG, 0) < 7000 || data.get(JAVA_INT, 16) != 0) {
            return -22;
        }
        int fd = opened("registration");
        memories.put(fd, new Memory(1000 + fd, arena.allocate(4096)));
        data.set(JAVA_LONG, 8, 4096);
        data.set(JAVA_INT, 16, 0x10);
        data.set(JAVA_INT, 20, 1000 + fd);
        return fd;
    }

    private int openSession(MemorySegment argument) {
        client = argument.get(JAVA_LONG, 16);
        boolean known = argument.get(JAVA_LONG, 0) == APPLICATION;
        argument.set(JAVA_INT, 44, known ? 0 : 0xFFFF0008);
        argument.set(JAVA_INT, 48, known ? 4 : 3);
        argument.set(JAVA_INT, 40, 17);
        sessions.addAndGet(known ? 1 : 0);
        return argument.get(JAVA_INT, 52) * 32L + 56 == argument.byteSize() ? 0 : -22;
    }

    private int invoke(MemorySegment argument) {
        if (argument.get(JAVA_INT, 4) != 17 || argument.get(JAVA_INT, 20) * 32L + 24 != argument.byteSize()) {
            return -22;
        }
        calls.incrementAndGet();
        argument.set(JAVA_INT, 12, 0);
        argument.set(JAVA_INT, 16, 4);
        switch (argument.get(JAVA_INT, 0)) {
            case ADD -> argument.set(JAVA_LONG, 24 + 8,
                    argument.get(JAVA_LONG, 24 + 8) + argument.get(JAVA_LONG, 24 + 16));
            case COPY -> {
                MemorySegment from = memory(argument, 0);
                MemorySegment to = memory(argument, 1);
                argument.set(JAVA_LONG, 24 + 32 + 16, from.byteSize());
                if (from.byteSize() > to.byteSize()) {
                    argument.set(JAVA_INT, 12, 0xFFFF0010);
                } else {
                    to.copyFrom(from);
                }
            }
            case WAIT -> {
                waiting.countDown();
                await();
                argument.set(JAVA_INT, 12, CANCELLED);
            }
            case NO_ORIGIN -> argument.set(JAVA_INT, 16, 0);
            case NEGATIVE_SIZE -> argument.set(JAVA_LONG, 24 + 16, -5);
            default -> argument.set(JAVA_INT, 12, 0xFFFF0006);
        }
        return 0;
    }

    private void await() {
        try {
            cancelled.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private MemorySegment memory(MemorySegment argument, int index) {
        long at = 24 + 32L * index;
        long id = argument.get(JAVA_LONG, at + 24);
        return memories.values().stream().filter(memory -> memory.id() == id).findFirst().orElseThrow().bytes()
                .asSlice(argument.get(JAVA_LONG, at + 8), argument.get(JAVA_LONG, at + 16));
    }

    @Override
    public Mapped map(int fd, long size, boolean readable, boolean writable, Arena scope) {
        return refusals.containsKey("mmap") ? new Mapped(MemorySegment.NULL, refusals.get("mmap"))
                : new Mapped(memories.get(fd).bytes().reinterpret(size, scope, null), 0);
    }

    @Override
    public int duplicate(int fd) {
        return opened("copy");
    }

    @Override
    public long size(int fd) {
        return -29;
    }

    @Override
    public int poll(int fd, int milliseconds) {
        return 0;
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
