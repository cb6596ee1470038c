// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Foreign code on platform threads, for it may hold one for long. Threads are kept for a while: one that begins or ends
 * makes the kernel interrupt all processors that this program runs on, who looks heaps up among them. What foreign code
 * leaves on a thread goes with it, after that while or at {@link #close}. Safe for use by any thread.
 *
 * <p>No executor of the JDK's: the loop of its threads may be compiled together with what runs in it, and then keeps the
 * classes of that for as long as any thread of any executor of the program is in that loop.
 */
final class MachineCalls implements ForeignCalls, AutoCloseable {
    private static final long KEPT_SECONDS = 5;

    private final ThreadFactory threads = Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false)
            .name("cloister-call").factory();
    private final SynchronousQueue<Runnable> idle = new SynchronousQueue<>();
    private volatile boolean closed;

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
            try {
                next = closed ? null : idle.poll(KEPT_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                next = null;
            }
        }
    }

    /** Keeps no threads any more: those without a call end, and each of the others after its call. */
    @Override
    public void close() {
        closed = true;
        Runnable nothing = () -> { };
        while (idle.offer(nothing)) {
            Thread.onSpinWait();
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
