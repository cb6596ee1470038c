// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.cloister.heap.Fence;
import org.cloister.platform.driver.Patience;

/**
 * One virtual clock, and all threads of a simulation, of which one runs at a time. Threads are virtual ones of the JDK,
 * so that locks, monitors and queues of the components work as ever: whoever waits for one leaves the processor, and the
 * seed decides who is next. Time stands still while anybody runs.
 *
 * <p>Belongs to the thread that made it, which calls {@link #step}; everything else is for threads of the simulation.
 */
public final class Scheduler implements Executor {
    /** One in so many steps lets time pass although somebody could run. */
    private static final int RUSH = 64;
    /** Longer than a run takes by the machine's clock, so that nobody is woken by that. */
    private static final Duration WITHOUT_END = Duration.ofDays(1);
    private static final Duration FOR_DEVICES = Duration.ofSeconds(45);

    private record Appointment(long at, long order, Runnable action) {}

    private final Thread loop = Thread.currentThread();
    private final SplittableRandom random;
    private final Thread.Builder.OfVirtual threads = VirtualThreads.on(this);
    private final List<Runnable> ready = new ArrayList<>();
    private final Queue<Runnable> strangers = new ConcurrentLinkedQueue<>();
    private final Map<Runnable, Thread> owners = new IdentityHashMap<>();
    private final Set<Runnable> atMonitors = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Monitors monitors = new Monitors();
    private final PriorityQueue<Appointment> appointments = new PriorityQueue<>(
            Comparator.comparingLong(Appointment::at).thenComparingLong(Appointment::order));
    private final List<String> failures = new ArrayList<>();
    private long now;
    private long order;
    private int foreign;

    /** @param seed decides who runs next */
    Scheduler(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The JDK has a piece of work of one of our threads. */
    @Override
    public void execute(Runnable piece) {
        Thread current = Thread.currentThread();
        if (current == loop || current.isVirtual()) {
            ready.add(piece);
        } else {
            strangers.add(piece); // a timer of the machine
        }
    }

    /**
     * Lets one thread run until it waits or yields, or time pass until the next appointment.
     *
     * @return false when nothing will ever happen again
     */
    boolean step() {
        boolean rush = !appointments.isEmpty() && random.nextInt(RUSH) == 0;
        if (ready.isEmpty() || rush) {
            Appointment next = appointments.poll();
            if (next == null) {
                return false;
            }
            now = Math.max(now, next.at);
            next.action.run();
        } else {
            int chosen = random.nextInt(ready.size());
            Runnable piece = ready.get(chosen);
            Runnable last = ready.removeLast();
            if (chosen < ready.size()) {
                ready.set(chosen, last);
            }
            run(piece);
        }
        welcome();
        return true;
    }

    private void run(Runnable piece) {
        Thread thread = owners.computeIfAbsent(piece, VirtualThreads::of);
        piece.run();
        if (VirtualThreads.isAtMonitor(thread)) {
            atMonitors.add(piece);
        } else if (!thread.isAlive()) {
            owners.remove(piece);
        }
    }

    /** Takes in those who were woken by others than us, in the order of their age. */
    private void welcome() {
        if (!atMonitors.isEmpty()) {
            monitors.settle();
        }
        List<Runnable> woken = new ArrayList<>();
        for (Runnable late = strangers.poll(); late != null; late = strangers.poll()) {
            if (!atMonitors.remove(late)) {
                foreign++;
            }
            woken.add(late);
        }
        woken.sort(Comparator.comparingLong(piece -> owners.computeIfAbsent(piece, VirtualThreads::of).threadId()));
        ready.addAll(woken);
    }

    /** Nanoseconds since the simulation began. */
    public long nanos() {
        return now;
    }

    /** Does something short later, on no thread of the simulation; it must not wait. */
    public void after(long nanos, Runnable action) {
        long at = now + nanos;
        appointments.add(new Appointment(at < now ? Long.MAX_VALUE : at, order++, action));
    }

    /** Starts a thread. What it throws is a finding. */
    public Thread start(String name, Runnable body) {
        return threads.name(name).start(() -> guarded(name, body));
    }

    /** Makes threads, for components that want a factory; they begin when they are started. */
    public Thread unstarted(String name, Runnable body) {
        return threads.name(name).unstarted(() -> guarded(name, body));
    }

    private void guarded(String name, Runnable body) {
        try {
            body.run();
        } catch (RuntimeException | Error e) {
            var text = new StringBuilder("thread " + name + " died of " + e);
            for (StackTraceElement frame : e.getStackTrace()) {
                text.append("\n    at ").append(frame);
            }
            failures.add(text.toString());
        }
    }

    /** Lets others run. */
    public void yield() {
        Thread.yield();
    }

    /** Waits until so much time has passed. An interrupt is kept, and ends nothing. */
    public void pause(long nanos) {
        var over = new boolean[1];
        Thread self = Thread.currentThread();
        after(nanos, () -> {
            over[0] = true;
            LockSupport.unpark(self);
        });
        await(() -> over[0]);
    }

    /** Runs something on a thread of its own, and waits for its end, but not for longer than {@code limitNanos}. */
    public boolean run(String name, Runnable body, long limitNanos) {
        var over = new boolean[1];
        var late = new boolean[1];
        Thread self = Thread.currentThread();
        Thread thread = start(name, () -> {
            try {
                body.run();
            } finally {
                over[0] = true;
                LockSupport.unpark(self);
            }
        });
        after(limitNanos, () -> {
            late[0] = true;
            LockSupport.unpark(self);
        });
        await(() -> over[0] || late[0]);
        if (!over[0]) {
            thread.interrupt();
        }
        return over[0];
    }

    /** Waits until a thread has ended. An interrupt is kept, and ends nothing. */
    public void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** As drivers wait: for core without end, for their devices by this clock. */
    Patience patience() {
        return patience(FOR_DEVICES);
    }

    /** As drivers wait: for core without end, for their devices as long as that. */
    Patience patience(Duration forDevices) {
        return new Patience() {
            @Override
            public Duration limit() {
                return WITHOUT_END;
            }

            @Override
            public boolean await(Fence fence) {
                var late = new boolean[1];
                Thread self = Thread.currentThread();
                fence.onSignal(() -> LockSupport.unpark(self));
                after(forDevices.toNanos(), () -> {
                    late[0] = true;
                    LockSupport.unpark(self);
                });
                Scheduler.await(() -> fence.isSignalled() || late[0]);
                return fence.isSignalled();
            }
        };
    }

    private static void await(BooleanSupplier condition) {
        boolean interrupted = false;
        while (!condition.getAsBoolean()) {
            LockSupport.park();
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What threads died of. */
    List<String> failures() {
        return failures;
    }

    /** How often a timer of the machine had a say, which makes the run one that cannot be repeated. */
    int foreign() {
        return foreign;
    }
}
