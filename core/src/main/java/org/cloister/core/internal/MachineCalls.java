// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Foreign code on platform threads, for it may hold one for long. Threads are kept for a while: one that begins or ends
 * makes the kernel interrupt all processors that this program runs on, who looks heaps up among them. What foreign code
 * leaves on a thread goes with it, after that while or at {@link #close}. Safe for use by any thread.
 *
 * <p>No executor of the JDK's: the loop of its threads may be compiled together with what runs in it, and then keeps
 * the classes of that for as long as any thread of any executor of the program is in that loop.
 */
final class MachineCalls implements ForeignCalls, AutoCloseable {
    private static final Duration KEPT = Duration.ofSeconds(5);

    private final ThreadFactory threads = Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false)
            .name("cloister-call").factory();
    private final SynchronousQueue<Runnable> idle = new SynchronousQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final long keptNanos;
    private volatile boolean closed;

    MachineCalls() {
        this(KEPT);
    }

    /** @param kept how long a thread waits for another call */
    MachineCalls(Duration kept) {
        keptNanos = kept.toNanos();
    }

    @Override
    public boolean run(String name, Runnable call, long limitNanos) {
        var running = new Call(name, Thread.currentThread().getContextClassLoader(), call);
        if (!idle.offer(running)) {
            threads.newThread(() -> serve(running)).start();
        }
        return running.isOver(limitNanos) || !running.abandon();
    }

    /** The life of a thread. */
    private void serve(Call first) {
        Runnable next = first;
        while (next != null) {
            next.run();
            next = next();
        }
    }

    /** The next call that a thread without one is given; null when it is to end. */
    private Runnable next() {
        waiting.incrementAndGet(); // before it looks: who closes waits for those that did not see it
        try {
            return closed ? null : idle.poll(keptNanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return null;
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Keeps no threads any more: those without a call end, and each of the others after its call. */
    @Override
    public void close() {
        closed = true;
        Runnable nothing = () -> { };
        while (waiting.get() > 0) {
            idle.offer(nothing);
            Thread.yield();
        }
    }

    /** One call, as if on a thread that the caller made for it. An interrupt for it reaches none that comes later. */
    private static final class Call implements Runnable {
        private final String name;
        private final ClassLoader loader;
        private final Runnable call;
        private final CountDownLatch over = new CountDownLatch(1);
        private Thread thread; // guarded by this, as is the next; null before it began
        private boolean abandoned;

        Call(String name, ClassLoader loader, Runnable call) {
            this.name = name;
            this.loader = loader;
            this.call = call;
        }

        @Override
        public void run() {
            String idle = Thread.currentThread().getName();
            begin();
            try {
                call.run();
            } finally {
                end(idle);
            }
        }

        private synchronized void begin() {
            thread = Thread.currentThread();
            thread.setName(name);
            thread.setContextClassLoader(loader);
            if (abandoned) {
                thread.interrupt();
            }
        }

        private synchronized void end(String idle) {
            thread.setContextClassLoader(null);
            thread.setName(idle);
            Thread.interrupted();
            over.countDown();
        }

        /** Leaves the call alone, unless it is over; it is interrupted, also when it begins only later. */
        synchronized boolean abandon() {
            boolean left = over.getCount() > 0;
            if (left) {
                abandoned = true;
                if (thread != null) {
                    thread.interrupt();
                }
            }
            return left;
        }

        boolean isOver(long nanos) {
            long begin = System.nanoTime();
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return over.await(nanos - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
