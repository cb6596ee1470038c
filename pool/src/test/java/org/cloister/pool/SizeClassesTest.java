// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SizeClassesTest {
    @Test
    void classesFollowEachOtherWithoutGaps() {
        int last = 0;
        for (int pages = 1; pages < 100_000; pages++) {
            int sizeClass = SizeClasses.of(pages);
            assertThat(sizeClass).isBetween(last, last + 1);
            assertThat(SizeClasses.shortest(sizeClass) == pages).isEqualTo(pages == 1 || sizeClass > last);
            last = sizeClass;
        }
    }

    @Test
    void lengthsInOneClassDifferByLessThanAnEighth() {
        for (int sizeClass = 0; SizeClasses.shortest(sizeClass) < 1 << 29; sizeClass++) {
            int shortest = SizeClasses.shortest(sizeClass);
            int longest = SizeClasses.shortest(sizeClass + 1) - 1;
            assertThat(longest - shortest).isLessThanOrEqualTo(shortest / 8);
            assertThat(SizeClasses.exact(sizeClass)).isEqualTo(shortest < 16);
            assertThat(SizeClasses.of(longest)).isEqualTo(sizeClass);
        }
    }

    @Test
    void allAtLeastIsTheFirstClassWithoutShorterMembers() {
        for (int pages = 1; pages < 10_000; pages++) {
            int sure = SizeClasses.allAtLeast(pages);
            assertThat(SizeClasses.shortest(sure)).isGreaterThanOrEqualTo(pages);
            assertThat(sure == 0 || SizeClasses.shortest(sure - 1) < pages).isTrue();
        }
    }

    @Test
    void holdsTheLongestRunThereCanBe() {
        assertThat(SizeClasses.shortest(SizeClasses.of(1 << 30))).isEqualTo(1 << 30);
        assertThat(SizeClasses.allAtLeast(1 << 30)).isEqualTo(SizeClasses.of(1 << 30));
    }
}
