// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.optee.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.backend.optee.internal.DisturbedConduit.ffa;
import static org.cloister.backend.optee.internal.DisturbedConduit.respond;
import static org.cloister.backend.optee.internal.DisturbedConduit.service;
import static org.cloister.backend.optee.internal.TestBoard.MIB;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.backend.optee.internal.TestBoard.Kind;
import org.cloister.heap.HeapException;
import org.cloister.heap.UseCase;
import org.cloister.platform.BusFault;
import org.cloister.platform.PhysicalMemory;
import org.cloister.platform.conduit.FfaFunction;
import org.cloister.platform.conduit.FfaStatus;
import org.cloister.platform.conduit.OpteeFfa;
import org.cloister.platform.conduit.SmcRegisters;
import org.cloister.platform.layout.OpteeMessage;
import org.cloister.tee.TeeCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Several threads allocate and free in the pools of two use cases, and now and then try to take quarantined memory back,
 * while the firmware refuses steps of lending and taking back at random. Whoever has a buffer tries to read and write it
 * as the CPU. How much gets quarantined depends on the order of the threads too, so each goes on until it has been given
 * its buffers, and all until each kind of trouble has come. Run one seed again with
 * {@code mvn -pl backend-optee -am verify -Dtest=LendingUnderAttackTest -Dcloister.seed=S}.
 */
class LendingUnderAttackTest {
    private static final int THREADS = 3;
    private static final int BUFFERS = 50;
    private static final int MAX_LIVE = 6;
    private static final int RETRY_ONE_IN = 16;

    private final Queue<long[]> live = new ConcurrentLinkedQueue<>();
    private final AtomicInteger stolen = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicLong recovered = new AtomicLong();

    /** Fires for some of the calls that it is asked about, in an order that the seed decides. */
    private static Predicate<SmcRegisters> sometimes(Predicate<SmcRegisters> which, long seed) {
        var random = new SplittableRandom(seed);
        return r -> {
            if (!which.test(r)) {
                return false;
            }
            synchronized (random) {
                return random.nextInt(5) == 0;
            }
        };
    }

    private static void disturb(BackendFixture f, Kind kind, SplittableRandom seeds) {
        DisturbedConduit conduit = f.board.conduit();
        if (kind == Kind.FFA) {
            conduit.instead(sometimes(ffa(FfaFunction.MEM_LEND), seeds.nextLong()),
                    r -> r.function(FfaFunction.ERROR).setW(2, FfaStatus.NO_MEMORY.code()));
            conduit.instead(sometimes(service(OpteeFfa.RELEASE_PROTMEM), seeds.nextLong()),
                    r -> respond(r, FfaStatus.BUSY.code(), 0, 0));
            conduit.instead(sometimes(ffa(FfaFunction.MEM_RECLAIM), seeds.nextLong()),
                    r -> r.function(FfaFunction.ERROR).setW(2, FfaStatus.DENIED.code()));
            conduit.refuse(sometimes(conduit.message(OpteeMessage.ASSIGN_PROTMEM), seeds.nextLong()), TeeCode.BUSY);
        } else {
            conduit.refuse(sometimes(conduit.message(OpteeMessage.LEND_PROTMEM), seeds.nextLong()),
                    TeeCode.OUT_OF_MEMORY);
            conduit.refuse(sometimes(conduit.message(OpteeMessage.RECLAIM_PROTMEM), seeds.nextLong()), TeeCode.BUSY);
        }
    }

    @ParameterizedTest
    @CsvSource({"FFA, 1", "FFA, 2", "SMC, 1", "SMC, 2"})
    void nothingIsStolenLostOrSharedByTwo(Kind kind, long number) throws Exception {
        long seed = Long.getLong("cloister.seed", number);
        System.out.println("LendingUnderAttackTest %s seed %d".formatted(kind, seed));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (var f = new BackendFixture(kind)) {
            List<Pool> pools = List.of(f.open(UseCase.SECURE_VIDEO), f.open(UseCase.TRUSTED_UI));
            long taken = f.board.taken();
            var seeds = new SplittableRandom(seed);
            disturb(f, kind, seeds);
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                SplittableRandom own = seeds.split();
                work.add(threads.submit(() -> run(f.board.cpu(), pools, own)));
            }
            for (Future<?> one : work) {
                one.get(60, TimeUnit.SECONDS);
            }
            assertThat(stolen).as("bytes that the CPU got at").hasValue(0);
            long quarantined = pools.stream().mapToLong(pool -> pool.usage().quarantined()).sum();
            assertThat(f.host.quarantines.stream().mapToLong(TestHost.Quarantine::size).sum())
                    .as("what was reported, some of it taken back since").isGreaterThanOrEqualTo(quarantined);
            assertThat(f.board.taken()).as("what is quarantined stays out of the normal world")
                    .isGreaterThanOrEqualTo(taken + quarantined);

            f.board.conduit().heal();
            pools.forEach(Pool::retryQuarantined);
            assertThat(pools).allSatisfy(pool -> assertThat(pool.usage().quarantined()).isZero());
            pools.forEach(Pool::destroy);
            assertThat(f.lentRegions()).as("regions of lent memory").isZero();
            assertThat(f.board.taken()).isEqualTo(taken);
        } finally {
            threads.shutdownNow();
        }
    }

    private void run(PhysicalMemory cpu, List<Pool> pools, SplittableRandom random) {
        Deque<Held> held = new ArrayDeque<>();
        int given = 0;
        while ((given < BUFFERS || refusals.get() == 0 || recovered.get() == 0)
                && !Thread.currentThread().isInterrupted()) {
            Pool pool = pools.get(random.nextInt(pools.size()));
            if (random.nextInt(RETRY_ONE_IN) == 0) {
                recovered.addAndGet(pool.retryQuarantined());
            } else if (held.size() < MAX_LIVE && random.nextBoolean()) {
                try {
                    held.add(hold(pool, pool.allocate(1 + random.nextLong(MIB / 2), 4096)));
                    given++;
                } catch (HeapException refused) {
                    refusals.incrementAndGet();
                }
            } else if (!held.isEmpty()) {
                release(held.poll());
            }
            held.forEach(one -> attack(cpu, one, random));
        }
        held.forEach(this::release);
    }

    /** A buffer in use. */
    private record Held(Pool pool, PoolBuffer buffer, long[] range) {}

    private Held hold(Pool pool, PoolBuffer buffer) {
        long[] range = {buffer.address(0), buffer.address(0) + buffer.size()};
        live.forEach(other -> assertThat(range[0] < other[1] && other[0] < range[1]).as("two have it").isFalse());
        live.add(range);
        return new Held(pool, buffer, range);
    }

    private void release(Held one) {
        live.remove(one.range);
        one.pool.free(one.buffer);
    }

    private void attack(PhysicalMemory cpu, Held one, SplittableRandom random) {
        long at = one.range[0] + random.nextLong(one.buffer.size() & -Long.BYTES);
        try {
            if (random.nextBoolean()) {
                cpu.readByte(at);
            } else {
                cpu.writeByte(at, (byte) 1);
            }
            stolen.incrementAndGet();
        } catch (BusFault repelled) {
            // as it has to be
        }
    }
}
