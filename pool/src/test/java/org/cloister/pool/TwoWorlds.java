// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.cloister.backend.TeeMemory;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;

/**
 * A lender with a model of who has which memory. It notes every step, fails when told to, and throws
 * {@link AssertionError} when a step is out of order: memory given back that is lent, or lent twice.
 */
final class TwoWorlds implements Lender {
    enum Step { TAKE, LEND, ASSIGN, RELEASE, RECLAIM, GIVE_BACK }

    /** Memory that was lent. */
    static final class Loan {
        final long address;
        final long size;
        boolean assigned;

        Loan(long address, long size) {
            this.address = address;
            this.size = size;
        }
    }

    private final RangeAllocator area;
    private final Map<Long, Long> taken = new TreeMap<>();
    private final Map<Long, Loan> loans = new TreeMap<>();
    private final Map<Step, RuntimeException> failures = new EnumMap<>(Step.class);
    private final Map<Step, Boolean> late = new EnumMap<>(Step.class);
    private final List<String> log = new ArrayList<>();
    private volatile Consumer<Step> hook = step -> {};
    private Optional<Integer> regions = Optional.empty();
    private boolean secretive;
    private long nextHandle = 0x1000;
    private int madeRoom;
    private Runnable roomMaker = () -> {};
    private int released;
    private volatile boolean claimsRoom;

    TwoWorlds(long base, long size) {
        area = new RangeAllocator(base, size);
    }

    static HeapException refusal(HeapError error) {
        return new HeapException(error, "test", "the secure world", "it was told to", "stop telling it");
    }

    /** Fails every step of that kind until {@link #heal}; nothing happens then. */
    synchronized void fail(Step step, RuntimeException failure) {
        failures.put(step, failure);
        late.put(step, false);
    }

    /** As {@link #fail}, but the step is done all the same: the answer gets lost. */
    synchronized void loseAnswer(Step step, RuntimeException failure) {
        failures.put(step, failure);
        late.put(step, true);
    }

    synchronized void heal() {
        failures.clear();
    }

    synchronized void regions(int total) {
        regions = Optional.of(total);
    }

    /** Tells nobody how many regions there are, and says no more than that it refuses. */
    synchronized void keepRegionsSecret() {
        secretive = true;
    }

    /** Runs at the start of each step, without a lock. */
    void hook(Consumer<Step> action) {
        hook = action;
    }

    /** What the neighbours do when room is wanted. */
    synchronized void roomMaker(Runnable action) {
        roomMaker = action;
    }

    /** Has {@link #makeRoom} say that there is room, whether that is true or not. */
    void claimRoom() {
        claimsRoom = true;
    }

    synchronized List<String> log() {
        List<String> copy = List.copyOf(log);
        log.clear();
        return copy;
    }

    synchronized int loans() {
        return loans.size();
    }

    /** What is lent and assigned: address and size, in order of the loans. */
    synchronized List<long[]> assigned() {
        return loans.values().stream().filter(l -> l.assigned).map(l -> new long[] {l.address, l.size}).toList();
    }

    /** What the normal world misses: address and size, in order of addresses. */
    synchronized List<long[]> taken() {
        return taken.entrySet().stream().map(e -> new long[] {e.getKey(), e.getValue()}).toList();
    }

    synchronized long takenBytes() {
        return area.size() - area.freeBytes();
    }

    synchronized int madeRoom() {
        return madeRoom;
    }

    synchronized int timesReleased() {
        return released;
    }

    /** Tells whether a range is lent as one piece and assigned. */
    synchronized boolean isProtected(long address, long size) {
        return loans.values().stream().anyMatch(l -> l.assigned && address >= l.address
                && address + size <= l.address + l.size);
    }

    private void begin(Step step, String what) {
        hook.accept(step);
        synchronized (this) {
            log.add(what);
            if (failures.containsKey(step) && !late.get(step)) {
                throw failures.get(step);
            }
        }
    }

    private void end(Step step) {
        if (failures.containsKey(step)) {
            throw failures.get(step);
        }
    }

    @Override
    public long take(long size, long alignment) {
        begin(Step.TAKE, "take 0x%x/0x%x".formatted(size, alignment));
        synchronized (this) {
            long address = area.allocate(size, alignment);
            taken.put(address, size);
            return address;
        }
    }

    @Override
    public long lend(long address, long size) {
        begin(Step.LEND, "lend 0x%x".formatted(size));
        synchronized (this) {
            if (taken.get(address) == null || taken.get(address) != size
                    || loans.values().stream().anyMatch(l -> l.address == address)) {
                throw new AssertionError("lends what it does not have");
            }
            if (regions.isPresent() && loans.size() >= regions.get()) {
                throw refusal(secretive ? HeapError.FIRMWARE_REFUSED : HeapError.NO_REGION);
            }
            loans.put(nextHandle, new Loan(address, size));
            end(Step.LEND);
            return nextHandle++;
        }
    }

    @Override
    public void assign(long handle) {
        begin(Step.ASSIGN, "assign");
        synchronized (this) {
            Loan loan = loans.get(handle);
            if (loan == null || loan.assigned) {
                throw new AssertionError("assigns what is not lent, or twice");
            }
            loan.assigned = true;
            end(Step.ASSIGN);
        }
    }

    @Override
    public void release(long handle) {
        begin(Step.RELEASE, "release");
        synchronized (this) {
            Loan loan = loans.get(handle);
            if (loan == null || !loan.assigned) {
                throw refusal(HeapError.FIRMWARE_REFUSED);
            }
            loan.assigned = false;
            end(Step.RELEASE);
        }
    }

    @Override
    public void reclaim(long handle) {
        begin(Step.RECLAIM, "reclaim");
        synchronized (this) {
            Loan loan = loans.get(handle);
            if (loan == null || loan.assigned) {
                throw refusal(HeapError.FIRMWARE_REFUSED);
            }
            loans.remove(handle);
            end(Step.RECLAIM);
        }
    }

    @Override
    public void giveBack(long address) {
        begin(Step.GIVE_BACK, "give back");
        synchronized (this) {
            if (!taken.containsKey(address) || loans.values().stream().anyMatch(l -> l.address == address)) {
                throw new AssertionError("gives back what is lent or was not taken");
            }
            taken.remove(address);
            area.free(address);
            end(Step.GIVE_BACK);
        }
    }

    @Override
    public synchronized long available() {
        return area.freeBytes();
    }

    @Override
    public synchronized Optional<RegionBudget> regions() {
        return secretive ? Optional.empty() : regions.map(total -> new RegionBudget(loans.size(), total));
    }

    @Override
    public boolean makeRoom() {
        long before = available();
        Runnable maker;
        synchronized (this) {
            madeRoom++;
            maker = roomMaker;
        }
        maker.run();
        return claimsRoom || available() > before;
    }

    @Override
    public Optional<TeeMemory> teeMemory(long handle, long offset, long address) {
        return Optional.of(new TeeMemory.Parent("test", handle, offset));
    }

    @Override
    public synchronized void released() {
        released++;
    }
}
