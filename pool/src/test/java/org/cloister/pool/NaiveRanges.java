// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Arrays;

/**
 * What a range allocator must do, in the plainest way: a sorted list of live ranges, every question answered by walking
 * it. Also a first-fit allocator to compare with.
 */
final class NaiveRanges {
    private final long base;
    private final long end;
    private long[] starts = new long[16];
    private long[] ends = new long[16];
    private int count;

    NaiveRanges(long base, long size) {
        this.base = base;
        this.end = base + size;
    }

    int count() {
        return count;
    }

    long start(int index) {
        return starts[index];
    }

    long size(int index) {
        return ends[index] - starts[index];
    }

    /** The lowest place, or -1. */
    long firstFit(long bytes, long alignment) {
        for (int gap = 0; gap <= count; gap++) {
            long aligned = (gapStart(gap) + alignment - 1) / alignment * alignment;
            if (aligned + bytes <= gapEnd(gap)) {
                return aligned;
            }
        }
        return -1;
    }

    boolean isFree(long address, long bytes) {
        for (int gap = 0; gap <= count; gap++) {
            if (address >= gapStart(gap) && address + bytes <= gapEnd(gap)) {
                return true;
            }
        }
        return false;
    }

    long freeBytes() {
        long sum = 0;
        for (int gap = 0; gap <= count; gap++) {
            sum += gapEnd(gap) - gapStart(gap);
        }
        return sum;
    }

    long largestFree() {
        long largest = 0;
        for (int gap = 0; gap <= count; gap++) {
            largest = Math.max(largest, gapEnd(gap) - gapStart(gap));
        }
        return largest;
    }

    void add(long address, long bytes) {
        int index = 0;
        while (index < count && starts[index] < address) {
            index++;
        }
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        System.arraycopy(starts, index, starts, index + 1, count - index);
        System.arraycopy(ends, index, ends, index + 1, count - index);
        starts[index] = address;
        ends[index] = address + bytes;
        count++;
    }

    void remove(long address) {
        int index = 0;
        while (starts[index] != address) {
            index++;
        }
        count--;
        System.arraycopy(starts, index + 1, starts, index, count - index);
        System.arraycopy(ends, index + 1, ends, index, count - index);
    }

    private long gapStart(int gap) {
        return gap == 0 ? base : ends[gap - 1];
    }

    private long gapEnd(int gap) {
        return gap == count ? end : starts[gap];
    }
}
