// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.driver.display.DisplayPlane;
import org.cloister.driver.display.Layer;
import org.cloister.driver.display.OutputEvent;
import org.cloister.driver.display.OutputListener;
import org.cloister.driver.display.PlaneState;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.platform.device.DisplayEvent;
import org.cloister.platform.device.DisplayListener;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.Scene;
import org.cloister.platform.driver.DeviceImporter;
import org.cloister.platform.driver.DriverThread;
import org.cloister.platform.driver.Patience;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's side of a plane. Flips wait, in order, for the writers of their pictures; one at a time is with the
 * device. One thread moves the queue, so that neither the device nor who signals a fence is held up.
 */
final class PlaneQueue implements DisplayPlane, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PlaneQueue.class);
    private static final String FLIP = "flip";

    private final DisplayPipe pipe;
    private final Kind kind;
    private final OutputListener listener;
    private final PlaneStates states;
    private final Importers importers;
    private final DeviceImporter importer;
    private final Patience patience;
    private final DriverThread thread;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong count = new AtomicLong();
    private volatile boolean closed;
    private final Deque<Flip> waiting = new ArrayDeque<>(); // for the thread only
    private Optional<Flip> showing = Optional.empty(); // for the thread only

    PlaneQueue(DisplayPipe pipe, Kind kind, DmaLimits limits, Importers importers, Patience patience,
            OutputListener listener) {
        this.pipe = pipe;
        this.kind = kind;
        this.listener = listener;
        this.importers = importers;
        this.importer = ScanOut.of(pipe, kind, limits);
        this.states = new PlaneStates(importer.name());
        this.patience = patience;
        this.thread = new DriverThread("cloister flips of " + importer.name(),
                e -> LOG.error("the flips of {} stumbled", importer.name(), e));
    }

    @Override
    public Kind kind() {
        return kind;
    }

    @Override
    public PlaneState state() {
        return states.now();
    }

    @Override
    public int maxLayers() {
        return kind == Kind.PRIMARY ? pipe.maxPlanes() : 1;
    }

    @Override
    public Importer importer() {
        return importer;
    }

    @Override
    public Fence flip(List<Layer> layers, List<Fence> after) {
        List<Layer> checked = List.copyOf(layers);
        check(checked);
        if (pending.incrementAndGet() > QUEUE_DEPTH) {
            pending.decrementAndGet();
            throw new HeapException(HeapError.BUSY, FLIP, name(), "%d flips are waiting already".formatted(QUEUE_DEPTH),
                    "wait for the fence of one of them");
        }
        Flip flip;
        try {
            flip = newFlip("%s flip %d".formatted(name(), count.incrementAndGet()), checked, List.copyOf(after));
        } catch (RuntimeException e) {
            pending.decrementAndGet();
            throw e;
        }
        flip.done().onSignal(pending::decrementAndGet);
        if (!thread.run(() -> accept(flip))) {
            flip.fail(gone());
        }
        return flip.done();
    }

    private Flip newFlip(String name, List<Layer> layers, List<Fence> after) {
        boolean restricted = layers.stream().anyMatch(layer -> layer.buffer().record().restricted());
        return restricted && !pipe.isProtected() ? new Flip(name, importer, after, unprotected())
                : new Flip(name, importer, importers, layers, after, this::settle);
    }

    private HeapException unprotected() {
        return new HeapException(HeapError.NOT_PERMITTED, FLIP, name(),
                "the plane is black, for its layers are restricted and the pipe is not protected",
                "show them on a pipe that is, or when it is again");
    }

    private String name() {
        return importer.name();
    }

    private void check(List<Layer> layers) {
        if (closed) {
            throw gone();
        }
        if (layers.size() > maxLayers()) {
            throw invalid(HeapError.INVALID_ARGUMENT,
                    "there are %d layers and the plane has %d".formatted(layers.size(), maxLayers()));
        }
        for (Layer layer : layers) {
            if (!layer.destination().isWithin(pipe.width(), pipe.height())) {
                throw invalid(HeapError.INVALID_ARGUMENT,
                        "%s leaves the panel of %dx%d".formatted(layer.destination(), pipe.width(), pipe.height()));
            }
            if (layer.format().size() > layer.buffer().size()) {
                throw invalid(HeapError.OUT_OF_BOUNDS, "a picture of %s is not in a buffer of %d bytes"
                        .formatted(layer.format(), layer.buffer().size()));
            }
        }
    }

    private HeapException invalid(HeapError error, String why) {
        return new HeapException(error, FLIP, name(), why, "correct the layers");
    }

    private HeapException gone() {
        return new HeapException(HeapError.CLOSED, FLIP, name(), "the driver has stopped", "wait until it is back");
    }

    private void accept(Flip flip) {
        if (closed) {
            flip.fail(gone());
            return;
        }
        waiting.add(flip);
        flip.writers().forEach(writer -> writer.onSignal(() -> thread.run(this::pump)));
        pump();
    }

    /**
     * Core ends a mapping. A fetch takes a moment only and is waited for; a flip that has not begun maps its buffers
     * when it does. On core's thread.
     */
    private void settle(Flip flip) {
        thread.barrier(() -> { }, patience);
        flip.awaitDevice(patience);
    }

    private void pump() {
        while (showing.isEmpty() && !waiting.isEmpty() && waiting.getFirst().isReady()) {
            Flip next = waiting.removeFirst();
            if (!begin(next)) {
                waiting.addFirst(next);
                thread.after(next.movers(), this::pump);
                return;
            }
        }
    }

    /** Gives the device a flip; false, and nothing is done, while a picture is being moved. */
    private boolean begin(Flip flip) {
        Optional<HeapException> spoiled = flip.failedWriter();
        if (spoiled.isPresent()) {
            flip.fail(new HeapException(HeapError.CANCELLED, FLIP, name(), "a picture was not written: "
                    + spoiled.get().getMessage(), "show the next one", spoiled.get()));
            return true;
        }
        Optional<Scene> mapped;
        try {
            mapped = flip.begin();
        } catch (HeapException e) {
            flip.fail(e);
            return true;
        }
        mapped.ifPresent(scene -> show(flip, scene));
        return mapped.isPresent();
    }

    private void show(Flip flip, Scene scene) {
        showing = Optional.of(flip);
        states.on(PlaneSignal.FETCH);
        try {
            DisplayListener told = event -> thread.run(() -> finished(flip, event));
            switch (kind) {
                case PRIMARY -> pipe.show(0, scene, told);
                case TRUSTED_UI -> pipe.overlay(0, scene.planes().stream().findFirst(), told);
            }
        } catch (HeapException e) {
            showing = Optional.empty();
            states.on(PlaneSignal.DROPPED);
            flip.fail(e);
        }
    }

    private void finished(Flip flip, DisplayEvent event) {
        showing = Optional.empty();
        switch (event) {
            case DisplayEvent.Shown shown -> flip.withheld().ifPresentOrElse(
                    reason -> blacken(flip, reason),
                    () -> {
                        states.on(flip.hasLayers() ? PlaneSignal.PRESENTED : PlaneSignal.CLEARED);
                        flip.succeed();
                    });
            case DisplayEvent.Blocked blocked -> blacken(flip, new HeapException(HeapError.FAULT, FLIP, name(),
                    "layer %d is black: %s".formatted(blocked.plane(), blocked.fault().getMessage()),
                    "find out why the pipe has no right to it", blocked.fault()));
            case DisplayEvent.Unprotected unprotected -> blacken(flip, unprotected());
            case DisplayEvent.GivenUp givenUp -> {
                states.on(PlaneSignal.DROPPED);
                flip.fail(new HeapException(HeapError.CLOSED, FLIP, name(), "the device gave it up",
                        "wait until the device is back"));
            }
        }
        pump();
    }

    private void blacken(Flip flip, HeapException reason) {
        states.on(PlaneSignal.BLACKENED);
        flip.fail(reason);
        listener.on(new OutputEvent.Blackened(pipe.name(), kind, reason));
    }

    /** The pipe has lost its protection: the panel is black. */
    void exposed() {
        thread.run(() -> {
            if (!closed) {
                states.on(PlaneSignal.EXPOSED);
            }
        });
    }

    /** Lets the flip that the device has finish, drops the others. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        thread.run(() -> {
            waiting.forEach(flip -> flip.fail(gone()));
            waiting.clear();
            showing.ifPresentOrElse(flip -> flip.done().onSignal(() -> thread.run(this::end)), this::end);
        });
    }

    private void end() {
        states.on(PlaneSignal.STOPPED);
        thread.end();
    }
}
