// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Lets pieces of code meet on threads of their own, each after a short random delay, so that over many rounds they meet
 * everywhere. {@code -Dcloister.seed=N} repeats a run's delays; the interleaving itself is the machine's.
 */
final class Race implements AutoCloseable {
    static final int ROUNDS = 2_000;

    private final ExecutorService threads = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    private final long seed = Long.getLong("cloister.seed", 4711);
    private final Random random = new Random(seed);

    private record Runner<T>(CyclicBarrier barrier, int spins, Callable<T> action) implements Callable<T> {
        @Override
        public T call() throws Exception {
            barrier.await();
            for (int i = 0; i < spins; i++) {
                Thread.onSpinWait();
            }
            return action.call();
        }
    }

    /** Runs {@code actions} at about the same time, and answers their results. */
    @SafeVarargs
    final <T> List<T> run(Callable<T>... actions) throws InterruptedException {
        var barrier = new CyclicBarrier(actions.length);
        var futures = new ArrayList<Future<T>>();
        for (Callable<T> action : actions) {
            futures.add(threads.submit(new Runner<>(barrier, random.nextInt(200), action)));
        }
        var results = new ArrayList<T>();
        for (Future<T> future : futures) {
            try {
                results.add(future.get());
            } catch (ExecutionException e) {
                throw new AssertionError("with -Dcloister.seed=" + seed, e.getCause());
            }
        }
        return results;
    }

    /** As {@link #run}, for actions without a result. */
    void meet(Runnable... actions) throws InterruptedException {
        @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of a generic type
        Callable<Object>[] calls = new Callable[actions.length];
        for (int i = 0; i < actions.length; i++) {
            calls[i] = Executors.callable(actions[i]);
        }
        run(calls);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
