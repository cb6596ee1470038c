// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Sources of random numbers that depend on a seed and a name only. {@link SplittableRandom} is used because its
 * algorithm is fixed by its specification, so that a seed gives the same numbers on every Java machine.
 *
 * @param seed the seed of the board
 */
record RandomStreams(long seed) {
    /** The numbers of FNV-1a, 64 bits. */
    private static final long OFFSET = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    RandomGenerator stream(String name) {
        long hash = OFFSET;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * PRIME;
        }
        return new SplittableRandom(seed ^ hash);
    }
}
