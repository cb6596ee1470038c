// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.testing;

import java.util.stream.LongStream;

/**
 * The seeds of random tests: 1 to 6, or the one in the system property {@value #PROPERTY}. A test that fails names the
 * command that runs it again.
 */
public final class Seeds {
    private static final String PROPERTY = "cloister.seed";
    private static final int DEFAULT = 6;

    private Seeds() {}

    /** For {@code @MethodSource}. */
    public static LongStream seeds() {
        Long one = Long.getLong(PROPERTY);
        return one == null ? LongStream.rangeClosed(1, DEFAULT) : LongStream.of(one);
    }

    /** The command that runs a test again with a seed. */
    public static String rerun(Class<?> test, long seed) {
        return "seed %d; again with: mvn -pl emulator/optee -am test -Dtest=%s ".formatted(seed, test.getSimpleName())
                + "-Dsurefire.failIfNoSpecifiedTests=false -D" + PROPERTY + "=" + seed;
    }
}
