// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Which seeds random tests run with: {@code -Dcloister.seed=N} for one, else the test's own fixed ones, followed by
 * {@code -Dcloister.seeds=N} fresh ones for a longer hunt.
 */
final class Seeds {
    private Seeds() {}

    static LongStream of(long... fixed) {
        Long one = Long.getLong("cloister.seed");
        if (one != null) {
            return LongStream.of(one);
        }
        int more = Integer.getInteger("cloister.seeds", 0);
        return LongStream.concat(Arrays.stream(fixed), LongStream.range(0, more).map(i -> System.nanoTime() + i));
    }

    /** What to add to the message of a failure. */
    static String rerun(Class<?> test, long seed) {
        return "seed %d; rerun: mvn -pl pool -am verify -Dtest=%s -Dsurefire.failIfNoSpecifiedTests=false "
                .formatted(seed, test.getSimpleName())
                + "-Dcloister.seed=" + seed;
    }
}
