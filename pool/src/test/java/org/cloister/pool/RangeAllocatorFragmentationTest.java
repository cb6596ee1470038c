// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How full a range gets before an allocation fails, with allocations freed in random order, beside address-ordered
 * first fit with the same requests.
 */
class RangeAllocatorFragmentationTest {
    private static final int PAGES = 1 << 14;
    private static final int OPERATIONS = 20_000;

    /** What both are asked to do. */
    private interface Allocator {
        long allocate(long pages);

        void free(long address);
    }

    static LongStream seeds() {
        return Seeds.of(1, 2, 3, 4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void getsAsFullAsFirstFitDoes(long seed) {
        for (int spread : new int[] {4, 16, 256, 1024}) {
            double ours = fullness(ours(), spread, seed);
            double firstFit = fullness(firstFit(), spread, seed);
            assertThat(ours)
                    .as("1 to %d pages, first fit %.3f; %s", spread, firstFit, Seeds.rerun(getClass(), seed))
                    .isGreaterThan(0.95 * firstFit)
                    .isGreaterThan(spread <= 16 ? 0.9 : 0.75);
        }
    }

    /** The average part of the range in use when an allocation fails. */
    private static double fullness(Allocator allocator, int spread, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] addresses = new long[PAGES];
        int[] lengths = new int[PAGES];
        int live = 0;
        long used = 0;
        long sum = 0;
        int failures = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            // Small ones are more frequent than large ones, as many as in the next larger octave together.
            int pages = (int) Math.exp(random.nextDouble() * Math.log(spread + 1));
            long address = allocator.allocate(pages);
            if (address >= 0) {
                addresses[live] = address;
                lengths[live++] = pages;
                used += pages;
                continue;
            }
            if (i > OPERATIONS / 2) {
                sum += used;
                failures++;
            }
            for (int k = 0; k < 2 && live > 0; k++) {
                int victim = random.nextInt(live--);
                allocator.free(addresses[victim]);
                used -= lengths[victim];
                addresses[victim] = addresses[live];
                lengths[victim] = lengths[live];
            }
        }
        return (double) sum / failures / PAGES;
    }

    private static Allocator ours() {
        RangeAllocator allocator = new RangeAllocator("pages", 0, PAGES, 1);
        return new Allocator() {
            @Override
            public long allocate(long pages) {
                return allocator.tryAllocate(pages, 1);
            }

            @Override
            public void free(long address) {
                allocator.free(address);
            }
        };
    }

    private static Allocator firstFit() {
        NaiveRanges ranges = new NaiveRanges(0, PAGES);
        return new Allocator() {
            @Override
            public long allocate(long pages) {
                long address = ranges.firstFit(pages, 1);
                if (address >= 0) {
                    ranges.add(address, pages);
                }
                return address;
            }

            @Override
            public void free(long address) {
                ranges.remove(address);
            }
        };
    }
}
