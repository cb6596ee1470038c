// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * Virtual threads that run where an executor says. The JDK has them, but does not offer them yet: its package
 * {@code java.lang} has to be open to us ({@code Add-Opens} in the manifest of this jar). What such a thread starts as
 * a virtual thread runs there, too.
 */
final class VirtualThreads {
    private static final String BUILDER = "java.lang.ThreadBuilders$VirtualThreadBuilder";
    private static final String THREAD = "java.lang.VirtualThread";
    private static final Constructor<?> NEW_BUILDER;
    private static final VarHandle STATE;
    private static final Set<Integer> AT_MONITOR;

    static {
        try {
            NEW_BUILDER = Class.forName(BUILDER).getDeclaredConstructor(Executor.class);
            NEW_BUILDER.setAccessible(true);
            Class<?> thread = Class.forName(THREAD);
            STATE = MethodHandles.privateLookupIn(thread, MethodHandles.lookup())
                    .findVarHandle(thread, "state", int.class);
            AT_MONITOR = Set.of(constant(thread, "BLOCKED"), constant(thread, "UNBLOCKED"), constant(thread, "WAIT"),
                    constant(thread, "TIMED_WAIT"));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException("this JDK (" + Runtime.version() + ") has no virtual threads with a scheduler"
                    + " of one's own; run the simulation with JDK 25 and --add-opens java.base/java.lang=ALL-UNNAMED", e);
        }
    }

    private VirtualThreads() {}

    private static int constant(Class<?> thread, String name) throws ReflectiveOperationException {
        Field field = thread.getDeclaredField(name);
        field.setAccessible(true);
        return field.getInt(null);
    }

    /** Makes threads whose pieces of work are handed to {@code scheduler}, one at a time for each thread. */
    static Thread.Builder.OfVirtual on(Executor scheduler) {
        try {
            return (Thread.Builder.OfVirtual) NEW_BUILDER.newInstance(scheduler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no virtual threads", e);
        }
    }

    /** Whose piece of work that is. */
    static Thread of(Runnable piece) {
        try {
            Field field = piece.getClass().getDeclaredFields()[0]; // the one variable of the lambda
            field.setAccessible(true);
            return (Thread) field.get(piece);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no thread behind " + piece, e);
        }
    }

    /** Whether a thread that does not run waits for a monitor, or at one. */
    static boolean isAtMonitor(Thread thread) {
        return AT_MONITOR.contains((int) STATE.getVolatile(thread));
    }
}
