// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.stream.LongStream;

/**
 * The seeds of random tests: 1 to 8, or the one in the system property {@value #PROPERTY}. A failing test is rerun with
 * the command that its message gives.
 */
public final class Seeds {
    private static final String PROPERTY = "cloister.seed";
    private static final int DEFAULT = 8;

    private Seeds() {
    }

    /** For {@code @MethodSource}. */
    public static LongStream seeds() {
        Long one = Long.getLong(PROPERTY);
        return one == null ? LongStream.rangeClosed(1, DEFAULT) : LongStream.of(one);
    }

    /** The command that runs a test again with a seed. */
    public static String rerun(Class<?> test, long seed) {
        return "seed %d; again with: mvn -pl emulator/soc -am test -Dtest=%s "
                .formatted(seed, test.getSimpleName())
                + "-Dsurefire.failIfNoSpecifiedTests=false -D" + PROPERTY + "=" + seed;
    }
}
