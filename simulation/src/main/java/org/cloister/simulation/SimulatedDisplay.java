// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.DisplayController;
import org.cloister.platform.device.DisplayEvent;
import org.cloister.platform.device.DisplayListener;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.Scene;

/** A display controller with one panel: late now and then, reset now and then, and somebody plugs at its cable. */
final class SimulatedDisplay implements DisplayController, DisplayPipe {
    private static final int SIDE = 256;
    private static final int MEMORY = 16;

    private final Block block;
    private final Faults faults;
    private final Deque<Wanted> queue = new ArrayDeque<>();
    private final Deque<Long> shown = new ArrayDeque<>(); // the last stamps
    private final Thread thread;
    private Runnable onChange = () -> { };
    private boolean exposed;
    private long sequence;

    private record Wanted(long cookie, Scene scene, DisplayListener listener) {}

    SimulatedDisplay(Block block, Faults faults) {
        this.block = block;
        this.faults = faults;
        thread = block.world().scheduler().start("display", this::work);
    }

    @Override
    public String name() {
        return "panel";
    }

    @Override
    public List<DisplayPipe> pipes() {
        return List.of(this);
    }

    @Override
    public DmaLimits limits() {
        return block.limits();
    }

    @Override
    public Initiator initiator() {
        return block.initiator();
    }

    @Override
    public boolean isProtected() {
        return !exposed;
    }

    @Override
    public void onProtectionChange(Runnable listener) {
        onChange = listener;
    }

    @Override
    public int width() {
        return SIDE;
    }

    @Override
    public int height() {
        return SIDE;
    }

    @Override
    public int maxPlanes() {
        return 2;
    }

    @Override
    public void show(long cookie, Scene scene, DisplayListener listener) {
        submit(new Wanted(cookie, scene, listener));
    }

    @Override
    public void overlay(long cookie, Optional<Scene.Plane> plane, DisplayListener listener) {
        submit(new Wanted(cookie, new Scene(plane.stream().toList(), true), listener));
    }

    private void submit(Wanted wanted) {
        if (queue.size() >= QUEUE_DEPTH) {
            throw new HeapException(HeapError.BUSY, "show", name(), "the queue is full", "wait");
        }
        queue.add(wanted);
        LockSupport.unpark(thread);
    }

    /** Whether a picture with that stamp was shown of late. */
    boolean hasShown(long stamp) {
        return shown.contains(stamp);
    }

    private void remember(long stamp) {
        block.world().trace().note("shown", stamp);
        shown.addLast(stamp);
        if (shown.size() > MEMORY) {
            shown.removeFirst();
        }
    }

    private void work() {
        block.serve(queue, this::next);
    }

    private void next() {
        if (faults.strike("display")) {
            switch (block.way(3)) {
                case 0 -> block.dawdle();
                case 1 -> {
                    List<Wanted> lost = List.copyOf(queue);
                    queue.clear();
                    lost.forEach(one -> one.listener.on(new DisplayEvent.GivenUp(one.cookie)));
                    return;
                }
                default -> expose();
            }
        }
        Wanted wanted = queue.removeFirst();
        wanted.listener.on(fetch(wanted));
    }

    private void expose() {
        if (!exposed) {
            exposed = true;
            onChange.run();
            block.world().scheduler().start("cable", () -> {
                block.world().scheduler().pause(Duration.ofMillis(1 + block.way(2000)).toNanos());
                exposed = false;
                onChange.run();
            });
        }
    }

    private DisplayEvent fetch(Wanted wanted) {
        sequence++;
        if (wanted.scene.needsProtection() && exposed) {
            return new DisplayEvent.Unprotected(wanted.cookie, sequence);
        }
        for (Scene.Plane plane : wanted.scene.planes()) {
            List<MemoryRange> memory = plane.memory();
            try {
                block.read(memory).ifPresent(this::remember);
            } catch (BusFault e) {
                block.world().found(new Violation(5, "a picture that was mapped is not there: " + e.getMessage()));
                return new DisplayEvent.Blocked(wanted.cookie, sequence, 0, e);
            }
        }
        return exposed && wanted.scene.needsProtection() ? new DisplayEvent.Unprotected(wanted.cookie, sequence)
                : new DisplayEvent.Shown(wanted.cookie, sequence);
    }
}
