// SPDX-License-Identifier: Apache-2.0
package org.cloister.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.pool.LendingFixture.BASE;
import static org.cloister.pool.LendingFixture.IDLE;
import static org.cloister.pool.LendingFixture.MIB;
import static org.cloister.pool.LendingFixture.PAGE;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.pool.TwoWorlds.Step;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random allocations, frees, waits, failures and retries. After each, what the pool says and what the two worlds have is
 * compared with the plainest model: which chunks are lent, and which buffers lie in them.
 */
class LendingPoolModelTest {
    private static final int OPERATIONS = 20_000;
    private static final int EPISODES = 20;

    static LongStream seeds() {
        return Seeds.of(1, 2, 3, 4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void agreesWithTheNaiveModel(long seed) {
        var random = new SplittableRandom(seed);
        int operation = 0;
        try {
            for (int episode = 0; episode < EPISODES; episode++) {
                var run = new Episode(random);
                for (int i = 0; i < OPERATIONS / EPISODES; i++, operation++) {
                    run.step();
                    run.check();
                }
                run.end();
            }
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("operation %d, %s: %s"
                    .formatted(operation, Seeds.rerun(getClass(), seed), e.getMessage()), e);
        }
    }

    private static final class Episode {
        private final SplittableRandom random;
        private final int regions;
        private final int keeps;
        private final LendingPolicy policy;
        private final LendingFixture f;
        private final List<PoolBuffer> live = new ArrayList<>();
        private final Map<Long, Long> quarantine = new TreeMap<>(); // address to size
        private boolean broken;

        Episode(SplittableRandom random) {
            this.random = random;
            regions = random.nextInt(1, 8);
            keeps = random.nextInt(3);
            long alignment = PAGE << random.nextInt(9);
            policy = LendingPolicy.of(Math.max(alignment, MIB >> random.nextInt(3)), alignment)
                    .growingTo(MIB << random.nextInt(4)).keeping(keeps, IDLE);
            f = new LendingFixture(policy);
            f.worlds.regions(regions);
        }

        void step() {
            int choice = random.nextInt(100);
            if (choice < 50) {
                allocate();
            } else if (choice < 85) {
                free();
            } else if (choice < 90) {
                f.timer.advance(IDLE.dividedBy(random.nextInt(1, 5)));
            } else if (choice < 94) {
                breakSomething();
            } else if (choice < 97) {
                f.worlds.heal();
                broken = false;
            } else if (choice < 98) {
                f.pool.releaseIdle();
            } else {
                retry();
            }
            f.host.quarantines.forEach(q -> quarantine.put(q.address(), q.size()));
            f.host.quarantines.clear();
        }

        private void allocate() {
            long size = random.nextBoolean() ? PAGE * random.nextInt(1, 64) : PAGE << random.nextInt(12);
            long alignment = random.nextInt(4) == 0 ? PAGE << random.nextInt(11) : PAGE;
            boolean fits = fits(size, alignment);
            boolean growable = canGrow(size, alignment);
            f.worlds.log();
            PoolBuffer buffer;
            try {
                buffer = f.pool.allocate(size, alignment);
            } catch (HeapException e) {
                assertThat(fits).as("there was room: %s", e).isFalse();
                if (!broken) {
                    assertThat(growable).as("it could have grown: %s", e).isFalse();
                    assertThat(e.error()).isIn(HeapError.NO_MEMORY, HeapError.NO_REGION);
                }
                return;
            }
            assertThat(buffer.address(0) % alignment).as("alignment").isZero();
            assertThat(buffer.size()).isEqualTo(size);
            if (fits) {
                assertThat(f.worlds.log()).as("steps for an allocation that a chunk has room for").isEmpty();
            } else {
                assertThat(growable).as("it had to grow").isTrue();
            }
            live.add(buffer);
        }

        private void free() {
            if (!live.isEmpty()) {
                f.pool.free(live.remove(random.nextInt(live.size())));
            }
        }

        private void breakSomething() {
            Step step = Step.values()[random.nextInt(Step.values().length)];
            if (random.nextInt(5) > 0) {
                f.worlds.fail(step, TwoWorlds.refusal(HeapError.FIRMWARE_REFUSED));
            } else if (step != Step.TAKE && step != Step.GIVE_BACK) {
                f.worlds.loseAnswer(step, TwoWorlds.refusal(HeapError.PROTOCOL));
            }
            broken = true;
        }

        private void retry() {
            long back = f.pool.retryQuarantined();
            Map<Long, Long> taken = taken();
            long gone = quarantine.entrySet().stream().filter(q -> !taken.containsKey(q.getKey()))
                    .mapToLong(Map.Entry::getValue).sum();
            assertThat(back).as("bytes back").isEqualTo(gone);
            quarantine.keySet().retainAll(taken.keySet());
        }

        private Map<Long, Long> taken() {
            Map<Long, Long> taken = new TreeMap<>();
            f.worlds.taken().forEach(t -> taken.put(t[0], t[1]));
            return taken;
        }

        /** The chunks that serve, each with the buffers in it. */
        private List<NaiveRanges> serving() {
            List<NaiveRanges> serving = new ArrayList<>();
            for (long[] chunk : f.worlds.assigned()) {
                if (!quarantine.containsKey(chunk[0])) {
                    var ranges = new NaiveRanges(chunk[0], chunk[1]);
                    live.stream().filter(b -> b.address(0) >= chunk[0] && b.address(0) < chunk[0] + chunk[1])
                            .forEach(b -> ranges.add(b.address(0), b.size()));
                    serving.add(ranges);
                }
            }
            return serving;
        }

        private boolean fits(long size, long alignment) {
            return serving().stream().anyMatch(c -> c.firstFit(size, alignment) != -1);
        }

        /** Whether there is a region and memory once all idle chunks are gone. */
        private boolean canGrow(long size, long alignment) {
            var area = new NaiveRanges(BASE, 16 * MIB);
            int inUse = 0;
            List<Long> idle = serving().stream().filter(c -> c.count() == 0).map(c -> c.firstFit(1, 1)).toList();
            for (long[] chunk : f.worlds.taken()) {
                if (!idle.contains(chunk[0])) {
                    area.add(chunk[0], chunk[1]);
                }
            }
            inUse = f.worlds.loans() - idle.size();
            return inUse < regions
                    && area.firstFit(policy.smallestFor(size), Math.max(policy.alignment(), alignment)) != -1;
        }

        void check() {
            var seen = new TreeMap<Long, Long>();
            for (PoolBuffer buffer : live) {
                assertThat(f.worlds.isProtected(buffer.address(0), buffer.size())).as("%s is protected", buffer)
                        .isTrue();
                assertThat(seen.put(buffer.address(0), buffer.size())).isNull();
            }
            long end = 0;
            for (var range : seen.entrySet()) {
                assertThat(range.getKey()).as("buffers overlap").isGreaterThanOrEqualTo(end);
                end = range.getKey() + range.getValue();
            }
            Map<Long, Long> taken = taken();
            assertThat(taken).as("quarantined memory stays out of the normal world").containsAllEntriesOf(quarantine);
            List<NaiveRanges> serving = serving();
            assertThat(taken).as("memory that serves or is quarantined").hasSize(serving.size() + quarantine.size());
            assertThat(serving.stream().filter(c -> c.count() == 0).count()).as("idle chunks")
                    .isLessThanOrEqualTo(keeps);
            checkUsage(serving);
        }

        private void checkUsage(List<NaiveRanges> serving) {
            var usage = f.pool.usage();
            long growth = f.worlds.loans() < regions ? f.worlds.available() & -policy.alignment() : 0;
            growth = growth < policy.minimumChunk() ? 0 : growth;
            assertThat(usage.quarantined()).isEqualTo(quarantine.values().stream().mapToLong(q -> q).sum());
            assertThat(usage.free()).hasValue(growth + serving.stream().mapToLong(NaiveRanges::freeBytes).sum());
            assertThat(usage.largestFree())
                    .hasValue(Math.max(growth, serving.stream().mapToLong(NaiveRanges::largestFree).max().orElse(0)));
        }

        void end() {
            f.worlds.heal();
            broken = false;
            live.forEach(f.pool::free);
            live.clear();
            f.pool.destroy();
            quarantine.keySet().retainAll(taken().keySet());
            assertThat(taken()).as("all but quarantined memory is back").isEqualTo(quarantine);
        }
    }
}
