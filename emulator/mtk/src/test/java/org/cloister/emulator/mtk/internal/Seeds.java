// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import java.util.stream.LongStream;

/** The seeds of random tests: 1 to 6, or the one in the system property {@value #PROPERTY}. */
final class Seeds {
    private static final String PROPERTY = "cloister.seed";

    private Seeds() {}

    static LongStream seeds() {
        Long one = Long.getLong(PROPERTY);
        return one == null ? LongStream.rangeClosed(1, 6) : LongStream.of(one);
    }

    /** The command that runs a test again with a seed. */
    static String rerun(Class<?> test, long seed) {
        return "seed %d; again with: mvn -pl emulator/mtk -am test -Dtest=%s ".formatted(seed, test.getSimpleName())
                + "-Dsurefire.failIfNoSpecifiedTests=false -D" + PROPERTY + "=" + seed;
    }
}
