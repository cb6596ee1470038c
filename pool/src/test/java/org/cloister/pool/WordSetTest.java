// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WordSetTest {
    static LongStream seeds() {
        return Seeds.of(1, 2, 3);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithABitSet(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int limit : new int[] {1, 63, 64, 65, 4095, 4096, 4097, 300_000}) {
            WordSet set = new WordSet(limit);
            BitSet model = new BitSet();
            for (int i = 0; i < 20_000; i++) {
                int number = random.nextInt(limit);
                if (model.get(number)) {
                    set.remove(number);
                } else {
                    set.add(number);
                }
                model.flip(number);
                int from = random.nextInt(limit + 1);
                assertThat(new int[] {set.first(), set.next(from), set.last()})
                        .as("limit %d; %s", limit, Seeds.rerun(getClass(), seed))
                        .containsExactly(model.nextSetBit(0), model.nextSetBit(from), model.length() - 1);
                assertThat(set.isEmpty()).isEqualTo(model.isEmpty());
                if (i % 5000 == 4999) {
                    model.stream().forEach(set::remove);
                    model.clear();
                    assertThat(set.isEmpty()).isTrue();
                }
            }
        }
    }
}
