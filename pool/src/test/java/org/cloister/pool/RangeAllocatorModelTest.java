// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A million random operations a seed on ranges of many shapes, each answer compared with {@link NaiveRanges}. */
class RangeAllocatorModelTest {
    private static final int OPERATIONS = 1_000_000;
    private static final int EPISODES = 100;
    private static final int[] PAGES = {1, 2, 63, 64, 65, 127, 128, 129, 500, 1024, 4096, 4097, 10_000, 262_144};

    static LongStream seeds() {
        return Seeds.of(1, 2, 3);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheNaiveModel(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int operation = 0;
        try {
            for (int episode = 0; episode < EPISODES; episode++) {
                Episode run = new Episode(random);
                for (int i = 0; i < OPERATIONS / EPISODES; i++, operation++) {
                    run.step();
                    run.check();
                }
                run.freeAll();
            }
        } catch (HeapException | AssertionError | IndexOutOfBoundsException e) {
            throw new AssertionError("operation %d, %s: %s"
                    .formatted(operation, Seeds.rerun(getClass(), seed), e.getMessage()), e);
        }
    }

    /** One range, one mix of sizes and alignments, filled to a level that goes up and down. */
    private static final class Episode {
        private final SplittableRandom random;
        private final long page;
        private final long pages;
        private final int sizeBits;
        private final int alignmentBits;
        private final RangeAllocator allocator;
        private final NaiveRanges model;
        private boolean filling = true;

        Episode(SplittableRandom random) {
            this.random = random;
            page = 1L << random.nextInt(0, 21);
            pages = PAGES[random.nextInt(PAGES.length)];
            // Large enough on average that some hundred allocations fill the range: the model walks them all.
            int most = 64 - Long.numberOfLeadingZeros(pages);
            sizeBits = random.nextInt(Math.max(0, most - 8), most + 1);
            alignmentBits = random.nextInt(4) == 0 ? random.nextInt(most + 3) : random.nextInt(3);
            long base = random.nextLong(0, 1L << 22) * page;
            allocator = new RangeAllocator("pages", base, pages * page, page);
            model = new NaiveRanges(base, pages * page);
        }

        void step() {
            int choice = random.nextInt(100);
            if (choice < 2) {
                reserve();
            } else if (choice < 4) {
                freeWhatIsNotThere();
            } else if (filling == choice < 85 || model.count() == 0) {
                allocate();
            } else {
                free();
            }
            if (model.count() == 0 || model.count() > 300) {
                filling = model.count() == 0;
            } else if (random.nextInt(200) == 0) {
                filling = !filling;
            }
        }

        private void allocate() {
            long wanted = wantedPages();
            long bytes = page == 1 ? wanted : wanted * page - random.nextLong(page);
            long alignment = 1L << random.nextInt(alignmentBits + 1) + random.nextInt(21);
            long rounded = wanted * page;
            long expected = model.firstFit(rounded, Math.max(page, alignment));
            long address = allocator.tryAllocate(bytes, alignment);
            if (address == RangeAllocator.NONE || expected == -1) {
                assertThat(address).as("%d pages aligned to 0x%x", wanted, alignment).isEqualTo(expected);
                return;
            }
            assertThat(address % alignment).as("alignment").isZero();
            assertThat(address % page).as("page alignment").isZero();
            assertThat(model.isFree(address, rounded)).as("0x%x is free", address).isTrue();
            model.add(address, rounded);
            assertThat(allocator.allocatedSize(address)).isEqualTo(rounded);
        }

        private long wantedPages() {
            return Math.max(1, random.nextLong(1L << random.nextInt(sizeBits + 1)) + random.nextInt(2));
        }

        private void reserve() {
            long length = wantedPages() * page;
            long address = allocator.base() + random.nextLong(pages) * page;
            if (!allocator.contains(address, length)) {
                refused(HeapError.INVALID_ARGUMENT, () -> allocator.reserve(address, length));
            } else if (model.isFree(address, length)) {
                allocator.reserve(address, length);
                model.add(address, length);
            } else {
                refused(HeapError.BUSY, () -> allocator.reserve(address, length));
            }
        }

        private void free() {
            int index = random.nextInt(model.count());
            long address = model.start(index);
            assertThat(allocator.allocatedSize(address)).isEqualTo(model.size(index));
            allocator.free(address);
            model.remove(address);
        }

        private void freeWhatIsNotThere() {
            long address = allocator.base() + random.nextLong(-2, pages + 2) * page;
            for (int i = 0; i < model.count(); i++) {
                if (model.start(i) == address) {
                    return;
                }
            }
            refused(HeapError.INVALID_ARGUMENT, () -> allocator.free(address));
        }

        private static void refused(HeapError error, Runnable call) {
            assertThatThrownBy(call::run).isInstanceOfSatisfying(
                    HeapException.class, e -> assertThat(e.error()).isEqualTo(error));
        }

        void check() {
            if (allocator.freeBytes() != model.freeBytes()
                    || allocator.largestFree() != model.largestFree()
                    || allocator.allocations() != model.count()) {
                throw new AssertionError("free 0x%x, largest 0x%x, live %d; expected 0x%x, 0x%x, %d".formatted(
                        allocator.freeBytes(), allocator.largestFree(), allocator.allocations(),
                        model.freeBytes(), model.largestFree(), model.count()));
            }
        }

        void freeAll() {
            while (model.count() > 0) {
                free();
                check();
            }
            assertThat(allocator.largestFree()).as("all joined").isEqualTo(allocator.size());
            assertThat(allocator.tryAllocate(allocator.size(), 1)).isEqualTo(allocator.base());
        }
    }
}
