// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.machine.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.FaultInjector;
import org.cloister.tck.MemoryObserver;
import org.cloister.tck.machine.SmallMachine;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The machine, which can be looked at, and whose firmware can be made to refuse. One lock guards all of it. */
@Component(immediate = true, service = {SmallMachine.class, MemoryObserver.class, FaultInjector.class})
public final class Machine implements SmallMachine, MemoryObserver, FaultInjector {
    private static final long PAGE = 4096;
    private static final String DECODER = "video-decoder";
    private static final String DISPLAY = "display";
    private static final String NETWORK = "network";
    /** The upper half is the operating system's to give. */
    private static final long GIVEN_FROM = BASE + SIZE / 2;

    private record Region(long size, Map<String, Access> grants) {}

    private final MemorySegment memory = Arena.ofAuto().allocate(SIZE, PAGE);
    private final TreeMap<Long, Region> regions = new TreeMap<>(); // by address; guarded by this
    private final TreeMap<Long, Long> taken = new TreeMap<>(); // size by address; guarded by this
    private final AtomicReference<Refusals> refused = new AtomicReference<>();

    /** Called by Declarative Services. */
    @Activate
    public Machine() {}

    @Override
    public Set<String> initiators() {
        return Set.of(CPU, DECODER, DISPLAY, NETWORK);
    }

    @Override
    public synchronized void protect(long address, long size, Map<String, Access> grants) {
        step("protect");
        if (size <= 0 || ((address | size) & PAGE - 1) != 0 || address < BASE || size > BASE + SIZE - address
                || regions.entrySet().stream().anyMatch(region -> address < region.getKey() + region.getValue().size()
                        && region.getKey() < address + size)) {
            throw refusal(HeapError.INVALID_ARGUMENT, "protect", address, "it is not a range of free pages");
        }
        if (regions.size() == REGIONS) {
            throw refusal(HeapError.NO_REGION, "protect", address, "all " + REGIONS + " regions are in use");
        }
        regions.put(address, new Region(size, Map.copyOf(grants)));
    }

    @Override
    public synchronized void release(long address) {
        step("release");
        Region region = regions.get(address);
        if (region == null) {
            throw refusal(HeapError.INVALID_ARGUMENT, "release", address, "no region begins there");
        }
        at(address, region.size()).fill((byte) 0);
        regions.remove(address);
    }

    @Override
    public synchronized void clear(long address, long size) {
        at(address, size).fill((byte) 0);
    }

    @Override
    public synchronized int regionsLeft() {
        return REGIONS - regions.size();
    }

    private MemorySegment at(long address, long size) {
        return memory.asSlice(address - BASE, size);
    }

    private synchronized boolean granted(String initiator, long address, long size, Access access) {
        if (address < BASE || size > BASE + SIZE - address) {
            return false;
        }
        long at = address;
        while (at < address + size) {
            Map.Entry<Long, Region> region = regions.floorEntry(at);
            boolean inside = region != null && at < region.getKey() + region.getValue().size();
            Access rights = inside ? region.getValue().grants().getOrDefault(initiator, Access.NONE)
                    : initiator.equals(CPU) ? Access.READ_WRITE : Access.NONE;
            if (!rights.allows(access)) {
                return false;
            }
            at = inside ? region.getKey() + region.getValue().size() : (at & -PAGE) + PAGE;
        }
        return true;
    }

    @Override
    public synchronized boolean read(String initiator, long address, MemorySegment into) {
        boolean granted = granted(initiator, address, into.byteSize(), Access.READ);
        if (granted) {
            into.copyFrom(at(address, into.byteSize()));
        }
        return granted;
    }

    @Override
    public synchronized boolean write(String initiator, long address, MemorySegment from) {
        boolean granted = granted(initiator, address, from.byteSize(), Access.WRITE);
        if (granted) {
            at(address, from.byteSize()).copyFrom(from);
        }
        return granted;
    }

    @Override
    public void read(long address, MemorySegment into) {
        if (!read(CPU, address, into)) {
            throw refusal(HeapError.FAULT, "read with the CPU", address, "the bus blocked it");
        }
    }

    @Override
    public void write(long address, MemorySegment from) {
        if (!write(CPU, address, from)) {
            throw refusal(HeapError.FAULT, "write with the CPU", address, "the bus blocked it");
        }
    }

    @Override
    public MemorySegment map(long address, long size) {
        return at(address, size);
    }

    @Override
    public synchronized long take(long size, long alignment) {
        long at = GIVEN_FROM + alignment - 1 & -alignment;
        for (Map.Entry<Long, Long> other : taken.entrySet()) {
            if (at + size <= other.getKey()) {
                break;
            }
            at = Math.max(at, other.getKey() + other.getValue() + alignment - 1 & -alignment);
        }
        if (size <= 0 || size > BASE + SIZE - at) {
            throw refusal(HeapError.NO_MEMORY, "take " + size + " bytes", GIVEN_FROM, "there is no such range");
        }
        taken.put(at, size);
        return at;
    }

    @Override
    public synchronized void giveBack(long address) {
        if (taken.remove(address) == null) {
            throw refusal(HeapError.INVALID_ARGUMENT, "give back", address, "nobody took it");
        }
    }

    @Override
    public synchronized long available() {
        return BASE + SIZE - GIVEN_FROM - taken.values().stream().mapToLong(Long::longValue).sum();
    }

    private void step(String name) {
        Refusals current = refused.get();
        if (current != null && current.step.equals(name)) {
            current.count.incrementAndGet();
            throw refusal(HeapError.FIRMWARE_REFUSED, name, BASE, "it was told to refuse");
        }
    }

    private static HeapException refusal(HeapError error, String what, long address, String why) {
        return new HeapException(error, what, "memory at 0x%x of the small machine".formatted(address), why,
                "see what the machine has");
    }

    @Override
    public List<String> steps() {
        return List.of("protect", "release");
    }

    @Override
    public Fault refuse(String step) {
        Refusals refusals = new Refusals(step);
        refused.set(refusals);
        return refusals;
    }

    private final class Refusals implements Fault {
        private final String step;
        private final AtomicInteger count = new AtomicInteger();

        Refusals(String step) {
            this.step = step;
        }

        @Override
        public int refused() {
            return count.get();
        }

        @Override
        public void close() {
            refused.compareAndSet(this, null);
        }
    }
}
