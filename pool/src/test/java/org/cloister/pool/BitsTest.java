// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BitsTest {
    static LongStream seeds() {
        return Seeds.of(1, 2);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithWalkingBitByBit(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            long word = random.nextLong();
            for (int sparser = random.nextInt(5); sparser > 0; sparser--) {
                word &= random.nextLong();
            }
            check(random.nextBoolean() ? word : ~word, seed);
        }
    }

    @Test
    void knowsEverySingleRun() {
        check(0, 0);
        for (int from = 0; from < 64; from++) {
            for (int to = from; to < 64; to++) {
                long run = Bits.range(from, to);
                assertThat(Long.bitCount(run)).isEqualTo(to - from + 1);
                assertThat(Long.numberOfTrailingZeros(run)).isEqualTo(from);
                check(run, 0);
            }
        }
    }

    private static void check(long word, long seed) {
        int longest = 0;
        int run = 0;
        int[] runFrom = new int[65];
        for (int bit = 63; bit >= 0; bit--) {
            run = (word >>> bit & 1) != 0 ? run + 1 : 0;
            runFrom[bit] = run;
            longest = Math.max(longest, run);
        }
        assertThat(Bits.longestRun(word)).as("0x%x; %s", word, Seeds.rerun(BitsTest.class, seed)).isEqualTo(longest);
        for (int length = 1; length <= 64; length++) {
            long starts = 0;
            for (int bit = 0; bit < 64; bit++) {
                starts |= runFrom[bit] >= length ? 1L << bit : 0;
            }
            if (Bits.starts(word, length) != starts) {
                throw new AssertionError("0x%x, length %d; %s"
                        .formatted(word, length, Seeds.rerun(BitsTest.class, seed)));
            }
        }
    }
}
