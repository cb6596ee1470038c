// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.os.internal;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.cloister.emulator.soc.ProtectedRanges;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.PhysicalMemory;

/**
 * The board under the secure processor. What is protected stays so when the trusted OS is stopped or starts anew: the
 * firewall knows nothing of it. Safe for use by any thread; {@code this} guards the numbers of ranges.
 */
public final class Machine {
    private final Soc soc;
    private final PhysicalMemory memory;
    private final ProtectedRanges ranges;
    private final RandomGenerator random;
    private final Map<Integer, Long> numbers = new TreeMap<>(); // guarded by this
    private int next = 1; // guarded by this

    /**
     * Takes over a board.
     *
     * @param soc the board
     * @param memory as the secure processor sees it
     * @param ranges what it can protect
     */
    public Machine(Soc soc, PhysicalMemory memory, ProtectedRanges ranges) {
        this.soc = soc;
        this.memory = memory;
        this.ranges = ranges;
        this.random = soc.random("psp");
    }

    /** Physical memory as the secure processor sees it. */
    public PhysicalMemory memory() {
        return memory;
    }

    /** Random numbers. */
    public synchronized int random() {
        return random.nextInt();
    }

    /** Nanoseconds since some fixed moment. */
    public long nanos() {
        return soc.clock().nanos();
    }

    /** Tells whether a range is normal memory that nobody protects now, as what commands are about must be. */
    boolean isOpen(long address, long size) {
        return size > 0 && ranges.isNormalMemory(address, size) && !ranges.touches(address, size);
    }

    /** Tells whether all of a range is memory that this secure processor protects. */
    boolean isProtected(long address, long size) {
        return ranges.contains(address, size);
    }

    /** Protects a range, see {@link ProtectedRanges#protect}. */
    public synchronized void protect(int useCase, long address, long size) {
        ranges.protect(useCase, address, size);
        numbers.put(next++, address);
    }

    /** The number of the range that begins at an address. */
    public synchronized Optional<Integer> number(long address) {
        return numbers.entrySet().stream().filter(range -> range.getValue() == address).map(Map.Entry::getKey).findFirst();
    }

    /**
     * Gives the range of a number back.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when there is none; else as {@link ProtectedRanges#restore}
     */
    public synchronized void release(int number) {
        ranges.restore(Optional.ofNullable(numbers.get(number)).orElseThrow(() -> new HeapException(
                HeapError.INVALID_ARGUMENT, "release protected memory", "range " + number, "there is none",
                "release what was protected, once")));
        numbers.remove(number);
    }

    /** The whole state of what is protected; two that are equal are of equal states. */
    synchronized String describe() {
        return numbers + " next " + next;
    }
}
