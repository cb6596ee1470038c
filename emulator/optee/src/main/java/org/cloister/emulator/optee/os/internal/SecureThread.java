// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.os.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;
import org.cloister.platform.layout.OpteeMessage;

/**
 * A thread of the trusted OS: it runs on the processor of whoever calls or resumes it, and can leave it in the middle
 * of what it does.
 *
 * <pre>
 *  from       by                                to
 *  FREE       {@link SecureThreads#run}         ACTIVE
 *  ACTIVE     {@link #suspend}                  SUSPENDED
 *  SUSPENDED  {@link SecureThreads#resume}      ACTIVE
 *  ACTIVE     its body returns or throws        FREE
 * </pre>
 *
 * <p>Its body runs on a virtual thread of its own, and caller and body hand the processor to each other, so that
 * exactly one of them runs. {@link SecureThreads} guards the state; a thread becomes SUSPENDED only once its caller
 * runs again, hence nobody can resume it before.
 */
public final class SecureThread {
    /** What a thread does. */
    @FunctionalInterface
    interface Body {
        /** Runs on {@code thread} and returns what its call returns. */
        int run(SecureThread thread);
    }

    /** The states of a thread. */
    enum State { FREE, ACTIVE, SUSPENDED }

    private final int id;
    private final InterruptLatch interrupts;
    private final MemorySegment messageScratch;

    private State state = State.FREE; // guarded by SecureThreads

    // Whose turn it is. Everything below is touched by the one whose turn it is only.
    private volatile boolean secureTurn;
    private Thread caller;
    private Thread worker;
    private boolean finished;
    private boolean poweredOff;
    private int result;
    private Throwable failure;
    private Suspension suspension;
    private Resumption resumption;
    private Rpc rpc;
    private int depth;

    SecureThread(int id, InterruptLatch interrupts) {
        this.id = id;
        this.interrupts = interrupts;
        this.messageScratch = Arena.ofAuto().allocate(OpteeMessage.MAX_SIZE, 16);
    }

    /** The number by which it is resumed. */
    public int id() {
        return id;
    }

    State state() {
        return state;
    }

    void state(State next) {
        state = next;
    }

    /** Room for the message that this thread serves. */
    MemorySegment messageScratch() {
        return messageScratch;
    }

    /** How this thread asks the normal world for something, during a call. */
    Rpc rpc() {
        return rpc;
    }

    void rpc(Rpc requests) {
        rpc = requests;
    }

    /** How many applications are entered, one from the other. */
    int depth() {
        return depth;
    }

    void depth(int entered) {
        depth = entered;
    }

    /** Lets the body begin, and returns when it leaves the processor. */
    Outcome start(Body body) {
        finished = false;
        poweredOff = false;
        failure = null;
        depth = 0;
        suspension = null;
        resumption = Resumption.NOTHING;
        caller = Thread.currentThread();
        worker = Thread.ofVirtual().name("optee-" + id).unstarted(() -> work(body));
        secureTurn = true;
        worker.start();
        return awaitNormalTurn();
    }

    /** Lets the body go on, and returns when it leaves the processor again. */
    Outcome proceed(Resumption with) {
        resumption = with;
        return enter();
    }

    /** Lets the body unwind instead of going on. */
    void powerOff() {
        poweredOff = true;
        enter();
    }

    private Outcome enter() {
        caller = Thread.currentThread();
        Thread body = worker;
        secureTurn = true;
        LockSupport.unpark(body);
        return awaitNormalTurn();
    }

    private Outcome awaitNormalTurn() {
        boolean interrupted = false;
        while (secureTurn) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!finished) {
            return new Outcome.Suspended(id, suspension);
        }
        switch (failure) {
            case null -> {
                return new Outcome.Done(result);
            }
            case PowerOff off -> {
                return new Outcome.Done(0);
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    private void work(Body body) {
        try {
            result = body.run(this);
        } catch (Throwable t) {
            failure = t;
        }
        finished = true;
        leave();
    }

    private void leave() {
        Thread normal = caller;
        secureTurn = false;
        LockSupport.unpark(normal);
    }

    /**
     * Leaves the processor; called by the body. Returns when the normal world resumes this thread.
     *
     * @return with what it resumed
     */
    Resumption suspend(Suspension reason) {
        if (poweredOff) {
            throw new PowerOff();
        }
        suspension = reason;
        leave();
        while (!secureTurn) {
            LockSupport.park(this);
        }
        if (poweredOff) {
            throw new PowerOff();
        }
        return resumption;
    }

    /** Leaves the processor if an interrupt of the normal world is pending; called by the body where it may. */
    void checkpoint() {
        if (interrupts.take()) {
            suspend(new Suspension.Interrupt());
        }
    }
}
