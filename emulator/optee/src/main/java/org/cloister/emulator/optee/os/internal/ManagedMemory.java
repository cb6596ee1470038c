// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.cloister.emulator.optee.TaPlatform;
import org.cloister.emulator.optee.TrustedApplication;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;

/**
 * Memory that trusted applications manage: what they protect, and carve-outs that are theirs. It does not count as
 * memory of the normal world, so that nobody can pass it off as such, and parameters of calls find it by its address.
 *
 * <p>A range that an application protects is first withheld from the normal world, then looked for among what that
 * shares already, then protected; whoever shares a page looks in the reverse order, so one of the two sees the other.
 *
 * <p>Safe for use by any thread; the machine is called without the lock.
 */
public final class ManagedMemory {
    private final Machine machine;
    private volatile BiPredicate<Long, Long> shared = (address, size) -> false;
    private final Map<Long, Managed> ranges = new HashMap<>(); // guarded by this
    private volatile List<AddressRange> carveOuts = List.of(); // written under this

    /** A range that an application protected. All fields that change are guarded by the enclosing object. */
    private static final class Managed {
        final MemoryRange range;
        final UUID owner;
        boolean ready;
        int uses;

        Managed(MemoryRange range, UUID owner) {
            this.range = range;
            this.owner = owner;
        }

        AddressRange place() {
            return new AddressRange(range.base(), range.size());
        }
    }

    /** Manages nothing yet. */
    public ManagedMemory(Machine machine) {
        this.machine = machine;
    }

    /** Learns how to tell whether some of a range, address and size, is shared with the normal world. */
    void sharedWhen(BiPredicate<Long, Long> test) {
        shared = test;
    }

    /** What an application can do with memory. */
    TaPlatform platform(TrustedApplication application) {
        var platform = new Platform(application.uuid(), machine.carveOuts(application.uuid()));
        synchronized (this) {
            carveOuts = Stream.concat(carveOuts.stream(), platform.carveOuts.stream()).distinct()
                    .toList();
        }
        return platform;
    }

    /** Uses managed memory at an address; empty when it is not all in one range. */
    Optional<Hold> get(long address, long size) {
        for (AddressRange place : carveOuts) {
            if (Pages.inside(address, size, place.base(), place.size())) {
                return Optional.of(Hold.permanent(
                        new MemoryRange(MemoryRange.Kind.MANAGED, 0, place.base(), place.size())));
            }
        }
        synchronized (this) {
            Optional<Managed> found = ranges.values().stream()
                    .filter(one -> one.ready && Pages.inside(address, size, one.range.base(), one.range.size()))
                    .findFirst();
            found.ifPresent(one -> one.uses++);
            return found.map(one -> new Hold(one.range, () -> put(one)));
        }
    }

    private synchronized List<SecureThread> put(Managed used) {
        used.uses--;
        return List.of(); // nobody waits: giving back what is in use is refused
    }

    /** All that is protected, for reports. */
    public synchronized String describe() {
        var text = new StringBuilder("managed");
        ranges.values().stream().sorted((a, b) -> Long.compareUnsigned(a.range.base(), b.range.base()))
                .forEach(one -> text.append(" %x+%x of %s ready %b uses %d".formatted(
                        one.range.base(), one.range.size(), one.owner, one.ready, one.uses)));
        return text.toString();
    }

    private synchronized Optional<Managed> find(UUID owner, long address, long size) {
        return ranges.values().stream()
                .filter(one -> one.owner.equals(owner) && one.ready)
                .filter(one -> Pages.inside(address, size, one.range.base(), one.range.size()))
                .findFirst();
    }

    private static HeapException refusal(HeapError error, long address, long size, String why, String remedy) {
        return new HeapException(error, "manage memory", "0x%x bytes at 0x%x".formatted(size, address), why, remedy);
    }

    /** One application's. */
    private final class Platform implements TaPlatform {
        private final UUID owner;
        private final List<AddressRange> carveOuts;

        Platform(UUID owner, List<AddressRange> carveOuts) {
            this.owner = owner;
            this.carveOuts = List.copyOf(carveOuts);
        }

        @Override
        public long granule() {
            return machine.granule();
        }

        @Override
        public int rangesLeft() {
            return machine.rangesLeft();
        }

        @Override
        public boolean isNormalMemory(long address, long size) {
            return machine.isNormalMemory(address, size);
        }

        @Override
        public List<AddressRange> protectedRanges() {
            synchronized (ManagedMemory.this) {
                return ranges.values().stream().filter(one -> one.owner.equals(owner)).map(Managed::place)
                        .sorted((a, b) -> Long.compareUnsigned(a.base(), b.base())).toList();
            }
        }

        @Override
        public List<AddressRange> carveOuts() {
            return carveOuts;
        }

        @Override
        public void protect(int useCase, long address, long size) {
            protect(address, size, () -> machine.protect(useCase, address, size));
        }

        @Override
        public void protectFor(int device, Access rights, long address, long size) {
            protect(address, size, () -> machine.protectFor(device, rights, address, size));
        }

        private void protect(long address, long size, Runnable step) {
            if (size <= 0 || !Pages.aligned(address | size) || !machine.isNormalMemory(address, size)) {
                throw refusal(HeapError.INVALID_ARGUMENT, address, size, "it is not made of pages of normal memory",
                        "give other memory");
            }
            var added = new Managed(new MemoryRange(MemoryRange.Kind.MANAGED, 0, address, size), owner);
            synchronized (ManagedMemory.this) {
                if (machine.isWithheld(address, size)) {
                    throw refusal(HeapError.INVALID_ARGUMENT, address, size, "it is protected already",
                            "give other memory");
                }
                machine.withhold(added.place());
                ranges.put(address, added);
            }
            boolean done = false;
            try {
                if (shared.test(address, size)) {
                    throw refusal(HeapError.BUSY, address, size, "the normal world shares some of it",
                            "end the sharing first");
                }
                step.run();
                done = true;
            } finally {
                settle(added, done);
            }
        }

        /** It is protected, or it is the normal world's again. */
        private void settle(Managed range, boolean isProtected) {
            synchronized (ManagedMemory.this) {
                range.ready = isProtected;
                if (!isProtected) {
                    ranges.remove(range.range.base());
                    machine.yield(range.place());
                }
            }
        }

        @Override
        public void clear(long address, long size) {
            boolean mine = find(owner, address, size).isPresent() || carveOuts.stream()
                    .anyMatch(place -> Pages.inside(address, size, place.base(), place.size()));
            if (!mine) {
                throw refusal(HeapError.INVALID_ARGUMENT, address, size, "the application does not manage it",
                        "protect it first");
            }
            machine.memory().fill(address, size, (byte) 0);
        }

        @Override
        public void restore(long address) {
            Managed going;
            synchronized (ManagedMemory.this) {
                going = Optional.ofNullable(ranges.get(address))
                        .filter(one -> one.owner.equals(owner) && one.ready)
                        .orElseThrow(() -> refusal(HeapError.INVALID_ARGUMENT, address, 0,
                                "no range begins there that the application protected",
                                "give the address it was protected with"));
                if (going.uses > 0) {
                    throw refusal(HeapError.BUSY, address, going.range.size(), "a call uses it", "wait for the call");
                }
                going.ready = false; // no call begins to use it from here on
            }
            boolean done = false;
            try {
                machine.restore(address);
                done = true;
            } finally {
                settle(going, !done);
            }
        }
    }
}
