// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DecoderSession;

/**
 * What the clients of a stream have handed over and the device has not taken yet: bitstream to read, memory for
 * pictures, the wish for a flush; with the stream's state, which says what may be handed over.
 *
 * <table>
 *   <caption>States</caption>
 *   <tr><th>from</th><th>to</th><th>when</th></tr>
 *   <tr><td>RUNNING</td><td>HALTED</td><td>something went wrong</td></tr>
 *   <tr><td>HALTED</td><td>RUNNING</td><td>it was flushed</td></tr>
 *   <tr><td>RUNNING, HALTED</td><td>CLOSED</td><td>the session is closed</td></tr>
 * </table>
 *
 * <p>Safe for use by several threads: its monitor guards all, and is held for moments only. What a method is given to
 * do runs under it, so that nothing is handed to the device once {@link #close} has returned.
 */
final class StreamQueues {
    private enum State { RUNNING, HALTED, CLOSED }

    private final String device;
    private final Queue<Input> inputs = new ArrayDeque<>();
    private final Queue<Target> targets = new ArrayDeque<>();
    private State state = State.RUNNING;
    private boolean flushWanted;

    /** Nothing is in them; errors name {@code device}. */
    StreamQueues(String device) {
        this.device = device;
    }

    /**
     * Appends to what is to be read, then does {@code then}.
     *
     * @throws HeapException {@link HeapError#BUSY} where too much waits already, or what {@link #whileRunning} throws
     */
    synchronized void add(String what, Input input, Runnable then) {
        enqueue(what, inputs, input, then);
    }

    /**
     * Appends to the memory for pictures, then does {@code then}.
     *
     * @throws HeapException as {@link #add(String, Input, Runnable)}
     */
    synchronized void add(String what, Target target, Runnable then) {
        enqueue(what, targets, target, then);
    }

    private <T> void enqueue(String what, Queue<T> queue, T descriptor, Runnable then) {
        requireRunning(what);
        if (queue.size() >= DecoderSession.QUEUE_DEPTH) {
            throw new HeapException(HeapError.BUSY, what, device,
                    "%d descriptors are waiting already".formatted(DecoderSession.QUEUE_DEPTH), "wait for an event");
        }
        queue.add(descriptor);
        then.run();
    }

    /**
     * Does {@code action} if the stream runs.
     *
     * @throws HeapException {@link HeapError#FAULT} when it is halted, {@link HeapError#CLOSED} when it is closed
     */
    synchronized void whileRunning(String what, Runnable action) {
        requireRunning(what);
        action.run();
    }

    /**
     * Does {@code action} if the stream is open.
     *
     * @throws HeapException {@link HeapError#CLOSED} when it is not
     */
    synchronized void whileOpen(String what, Runnable action) {
        requireOpen(what);
        action.run();
    }

    private void requireRunning(String what) {
        requireOpen(what);
        if (state == State.HALTED) {
            throw new HeapException(HeapError.FAULT, what, device, "the session is halted", "flush it");
        }
    }

    private void requireOpen(String what) {
        if (state == State.CLOSED) {
            throw new HeapException(HeapError.CLOSED, what, device, "the session is closed", "open another");
        }
    }

    /** Takes memory for a picture out of the queue, for {@code then}; unless it is not there any more. */
    synchronized void cancel(long cookie, Consumer<Target> then) {
        requireOpen("take memory for a picture back");
        targets.stream().filter(target -> target.cookie() == cookie).findFirst().ifPresent(target -> {
            targets.remove(target);
            then.accept(target);
        });
    }

    /** From now on a flush is wanted; then does {@code then}. */
    synchronized void wantFlush(Runnable then) {
        requireOpen("flush");
        flushWanted = true;
        then.run();
    }

    /** Whether a flush was wanted since this was asked last. */
    synchronized boolean takeFlush() {
        boolean wanted = flushWanted && state != State.CLOSED;
        flushWanted = false;
        return wanted;
    }

    /** What is to be read next. It stays where it is. */
    synchronized Optional<Input> firstInput() {
        return Optional.ofNullable(inputs.peek());
    }

    /** Takes what is to be read next, unless that is not {@code seen} any more; tells whether it was. */
    synchronized boolean takeInput(Optional<Input> seen) {
        boolean same = inputs.peek() == seen.orElse(null);
        if (same) {
            inputs.poll();
        }
        return same;
    }

    /** Takes memory for the next picture. */
    synchronized Optional<Target> takeTarget() {
        return Optional.ofNullable(targets.poll());
    }

    /**
     * What was handed over and will not be used.
     *
     * @param inputs in order
     * @param targets in order
     */
    record Unused(List<Input> inputs, List<Target> targets) {}

    /** Takes all. */
    synchronized Unused takeAll() {
        var unused = new Unused(List.copyOf(inputs), List.copyOf(targets));
        inputs.clear();
        targets.clear();
        return unused;
    }

    synchronized boolean isRunning() {
        return state == State.RUNNING;
    }

    synchronized boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Halts the stream; false when it is closed. */
    synchronized boolean halt() {
        if (state != State.CLOSED) {
            state = State.HALTED;
        }
        return state == State.HALTED;
    }

    /** Ends a halt. */
    synchronized void restart() {
        if (state == State.HALTED) {
            state = State.RUNNING;
        }
    }

    /** Closes the stream and forgets what waits; false when it was closed already. */
    synchronized boolean close() {
        boolean first = state != State.CLOSED;
        state = State.CLOSED;
        inputs.clear();
        targets.clear();
        return first;
    }
}
