// SPDX-License-Identifier: Apache-2.0
package org.cloister.tck.checks.internal;

import java.util.HashSet;
import java.util.Set;
import org.cloister.backend.Pool;
import org.cloister.backend.PoolBuffer;
import org.cloister.heap.HeapAttributes;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tck.internal.BackendBench;
import org.cloister.tck.internal.Category;
import org.cloister.tck.internal.Check;
import org.cloister.tck.internal.Expect;
import org.cloister.tck.internal.PoolBench;

/** Pools from open() to destroy(). */
@Category("life of pools")
final class PoolLifeChecks {
    @Check(clause = "open() returns a pool that tells its attributes and its usage.",
            remedy = "Return neither null nor a pool that is not ready: throw a HeapException when it cannot be had.")
    void openGivesAPool(PoolBench bench) {
        Expect.that(bench.pool() != null, "open() returned nothing");
        Expect.that(bench.pool().attributes() != null, "attributes() returned nothing");
        Expect.that(bench.pool().usage() != null, "usage() returned nothing");
    }

    @Check(clause = "All heaps that are offered can be open at once.",
            remedy = "Refuse in offers() what cannot be served beside the others, with the reason.")
    void allPoolsAreOpenAtOnce(BackendBench bench) {
        Expect.works("opening all pools", bench::pools);
        Set<Pool> pools = new HashSet<>();
        bench.pools().forEach(one -> Expect.that(pools.add(one.pool()), "%s has the pool of another heap", one.heap()));
        bench.pools().forEach(one -> one.obtain(one.granule()));
    }

    @Check(clause = "attributes() never changes for one pool.",
            remedy = "Build the attributes once, when the pool is opened.")
    void attributesNeverChange(PoolBench bench) {
        HeapAttributes before = bench.attributes();
        PoolBuffer buffer = bench.take(bench.modest());
        Expect.that(before.equals(bench.attributes()), "they were %s and are %s", before, bench.attributes());
        bench.give(buffer);
        Expect.that(before.equals(bench.attributes()), "they were %s and are %s", before, bench.attributes());
    }

    @Check(clause = "A pool without live buffers can be destroyed.",
            remedy = "Count live buffers, and give everything back when there is none.")
    void anEmptyPoolIsDestroyed(PoolBench bench) {
        Expect.works("destroy() of a pool that was never used", bench::destroy);
    }

    @Check(clause = "A pool whose buffers were all freed can be destroyed.",
            remedy = "See that free() counts down what allocate() counted up.")
    void aPoolIsDestroyedAfterUse(PoolBench bench) {
        PoolBuffer one = bench.take(bench.modest());
        PoolBuffer other = bench.take(bench.granule());
        bench.give(one);
        bench.give(other);
        Expect.works("destroy() after all buffers were freed", bench::destroy);
    }

    @Check(clause = "destroy() is refused with BUSY while a buffer is live.",
            remedy = "Check the count of live buffers first, and throw HeapException(BUSY) before anything is given back.")
    void aPoolInUseIsNotDestroyed(PoolBench bench) {
        bench.take(bench.granule());
        Expect.refusal("destroy() with a live buffer", () -> bench.pool().destroy(), HeapError.BUSY);
    }

    @Check(clause = "A pool whose destruction was refused goes on working.",
            remedy = "Change the pool's state only after all reasons to refuse were looked at.")
    void aRefusedDestructionChangesNothing(PoolBench bench) {
        PoolBuffer kept = bench.take(bench.granule());
        try {
            bench.pool().destroy();
            throw Expect.skip("destroy() was not refused");
        } catch (HeapException e) {
            bench.obtain(bench.granule());
            bench.giveBack(kept);
        }
    }

    @Check(clause = "An offer can be opened again after its pool was destroyed.",
            remedy = "Give everything back in destroy(), and keep nothing that open() would trip over.")
    void aPoolIsOpenedAgain(PoolBench bench) {
        bench.take(bench.modest());
        Expect.works("destroy() and open()", bench::reopen);
        bench.obtain(bench.modest());
    }

    @Check(clause = "A pool that is opened again has all of its capacity.",
            remedy = "See that destroy() gives back what idle chunks, caches and books still hold.")
    void nothingIsLostBetweenPools(PoolBench bench) {
        long before = bench.free();
        bench.take(bench.modest());
        bench.reopen();
        Expect.that(bench.free() >= before, "%d bytes were free, and %d are after a destroy and an open", before,
                bench.free());
    }

    @Check(clause = "Twenty pools after each other leave nothing behind.",
            remedy = "Look for what each open() takes and destroy() forgets: regions, sessions, shared memory.")
    void manyLivesLeaveNothing(PoolBench bench) {
        long before = bench.usage().free().orElse(0);
        for (int i = 0; i < 20; i++) {
            bench.take(bench.granule());
            bench.reopen();
        }
        Expect.that(bench.usage().free().orElse(0) >= before, "%d bytes were free, and %d are after 20 pools", before,
                bench.usage().free().orElse(0));
        bench.obtain(bench.granule());
    }

    @Check(clause = "A pool can be used by another thread than the one that opened it.",
            remedy = "Use shared arenas and no thread-locals: core calls from any thread.")
    void poolsBelongToNoThread(PoolBench bench) throws InterruptedException {
        Throwable[] thrown = new Throwable[1];
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                PoolBuffer buffer = bench.take(bench.modest());
                bench.usage();
                bench.give(buffer);
            } catch (RuntimeException | Error e) {
                thrown[0] = e;
            }
        });
        other.join();
        Expect.that(thrown[0] == null, "on another thread it threw %s", thrown[0]);
    }

    @Check(clause = "A pool can be destroyed by another thread than the one that opened it.",
            remedy = "Close what the pool holds with means that do not belong to a thread, such as a shared arena.")
    void poolsAreDestroyedByAnyThread(PoolBench bench) throws InterruptedException {
        bench.give(bench.take(bench.modest()));
        Throwable[] thrown = new Throwable[1];
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                bench.destroy();
            } catch (RuntimeException | Error e) {
                thrown[0] = e;
            }
        });
        other.join();
        Expect.that(thrown[0] == null, "on another thread it threw %s", thrown[0]);
    }
}
