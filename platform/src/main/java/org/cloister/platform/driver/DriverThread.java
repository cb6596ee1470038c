// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.driver;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.cloister.heap.Fence;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The one virtual thread that state of a driver belongs to, so that nothing of it needs a lock: clients, devices and
 * fences hand it their work, which it does in the order in which it came. Every method is for any thread unless it says
 * otherwise. Lives until {@link #end}.
 */
@ProviderType
public final class DriverThread {
    private final String name;
    private final ExecutorService executor;
    private final Consumer<RuntimeException> stumbled;
    private volatile Optional<Thread> thread = Optional.empty();

    /**
     * Makes a thread, which starts with the first work.
     *
     * @param name for people who debug
     * @param stumbled is told what work threw, on this thread, which goes on
     */
    public DriverThread(String name, Consumer<RuntimeException> stumbled) {
        this.name = name;
        this.stumbled = Objects.requireNonNull(stumbled, "stumbled");
        this.executor = Executors.newSingleThreadExecutor(loop -> {
            Thread made = Thread.ofVirtual().name(name).unstarted(loop);
            thread = Optional.of(made);
            return made;
        });
    }

    /**
     * Runs {@code work} later.
     *
     * @return whether it will be run, which it will not once the thread was told to end
     */
    public boolean run(Runnable work) {
        try {
            executor.execute(() -> guarded(work));
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }

    private void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            stumbled.accept(e);
        }
    }

    /** Runs {@code work} once all of {@code fences} are signalled, well or not. */
    public void after(List<Fence> fences, Runnable work) {
        AtomicInteger pending = new AtomicInteger(fences.size() + 1);
        Runnable oneLess = () -> {
            if (pending.decrementAndGet() == 0) {
                run(work);
            }
        };
        fences.forEach(fence -> fence.onSignal(oneLess));
        oneLess.run();
    }

    /**
     * Runs {@code work} and waits until it is done, as long as {@code patience} lasts. Not for this thread.
     *
     * @return whether it is done; when not, it will be later, unless the thread was told to end before
     */
    public boolean barrier(Runnable work, Patience patience) {
        Fence done = new Fence("a word with " + name);
        boolean accepted = run(() -> {
            try {
                guarded(work);
            } finally {
                done.signal();
            }
        });
        return accepted && patience.await(done);
    }

    private boolean isCurrent() {
        return thread.filter(own -> own == Thread.currentThread()).isPresent();
    }

    /** Lets what was accepted be done, and ends the thread. Idempotent. */
    public void end() {
        executor.shutdown();
    }

    /**
     * Runs {@code last} after all that was accepted, waits until it is done, and ends the thread; on this thread it is
     * run at once. Nothing is run when the thread was told to end before. An interrupt ends the wait, not the work.
     */
    public void end(Runnable last) {
        if (isCurrent() && !executor.isShutdown()) {
            executor.shutdown();
            guarded(last);
            return;
        }
        CountDownLatch done = new CountDownLatch(1);
        boolean accepted = run(() -> {
            try {
                guarded(last);
            } finally {
                done.countDown();
            }
        });
        executor.shutdown();
        if (accepted) {
            try {
                done.await();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
