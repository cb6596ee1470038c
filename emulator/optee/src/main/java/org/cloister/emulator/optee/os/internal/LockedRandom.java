// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.util.random.RandomGenerator;

/** Makes a source of random numbers that is for one thread safe for several. */
final class LockedRandom implements RandomGenerator {
    private final RandomGenerator source; // guarded by this

    LockedRandom(RandomGenerator source) {
        this.source = source;
    }

    @Override
    public synchronized long nextLong() {
        return source.nextLong();
    }
}
