// SPDX-License-Identifier: Apache-2.0
package org.cloister.bench;

import java.util.SplittableRandom;

/**
 * Walks over a set of live things in the order of the array that holds them. Shuffled beforehand, so that what is
 * measured meets them in an order that no cache foresees, while the array itself costs no cache misses. For one thread.
 */
final class LiveSet {
    private final int size;
    private int next;

    LiveSet(int size) {
        this.size = size;
    }

    /** The next index; after the last comes the first. */
    int next() {
        int index = next;
        next = index + 1 == size ? 0 : index + 1;
        return index;
    }

    /** A random order of the numbers from 0 up to but not including {@code size}; the same each time. */
    static int[] shuffled(int size) {
        SplittableRandom random = new SplittableRandom(size);
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
