// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.display.internal;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.cloister.driver.display.DisplayOutput;
import org.cloister.driver.display.Layer;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.importer.Importer;
import org.cloister.importer.Importers;
import org.cloister.platform.device.DisplayEvent;
import org.cloister.platform.device.DisplayPipe;
import org.cloister.platform.device.DmaLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver's side of a pipe. Flips wait, in order, for the writers of their pictures; one at a time is with the
 * device. One thread moves the queue, so that neither the device nor who signals a fence is held up.
 */
final class Output implements DisplayOutput, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Output.class);
    private static final String FLIP = "flip";

    private final DisplayPipe pipe;
    private final Importers importers;
    private final PipeImporter importer;
    private final Duration limit;
    private final ExecutorService thread;
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong count = new AtomicLong();
    private volatile boolean closed;
    private final Deque<Flip> waiting = new ArrayDeque<>(); // for the thread only
    private Optional<Flip> showing = Optional.empty(); // for the thread only

    Output(DisplayPipe pipe, DmaLimits limits, Importers importers, Duration limit) {
        this.pipe = pipe;
        this.importers = importers;
        this.importer = new PipeImporter(pipe, limits);
        this.limit = limit;
        this.thread = Executors.newSingleThreadExecutor(
                Thread.ofVirtual().name("cloister flips of " + pipe.name()).factory());
    }

    @Override
    public String name() {
        return pipe.name();
    }

    @Override
    public int width() {
        return pipe.width();
    }

    @Override
    public int height() {
        return pipe.height();
    }

    @Override
    public int maxLayers() {
        return pipe.maxPlanes();
    }

    @Override
    public boolean isProtected() {
        return pipe.isProtected();
    }

    @Override
    public Importer importer() {
        return importer;
    }

    @Override
    public Fence flip(List<Layer> layers) {
        List<Layer> checked = List.copyOf(layers);
        check(checked);
        if (pending.incrementAndGet() > QUEUE_DEPTH) {
            pending.decrementAndGet();
            throw new HeapException(HeapError.BUSY, FLIP, name(), "%d flips are waiting already".formatted(QUEUE_DEPTH),
                    "wait for the fence of one of them");
        }
        Flip flip;
        try {
            flip = new Flip("%s flip %d".formatted(name(), count.incrementAndGet()), importer, importers, checked,
                    this::settle);
        } catch (RuntimeException e) {
            pending.decrementAndGet();
            throw e;
        }
        flip.done().onSignal(pending::decrementAndGet);
        try {
            thread.execute(() -> accept(flip));
        } catch (RejectedExecutionException e) {
            flip.fail(gone());
        }
        return flip.done();
    }

    private void check(List<Layer> layers) {
        if (closed) {
            throw gone();
        }
        if (layers.size() > pipe.maxPlanes()) {
            throw invalid(HeapError.INVALID_ARGUMENT,
                    "there are %d layers and the pipe has %d".formatted(layers.size(), pipe.maxPlanes()));
        }
        for (Layer layer : layers) {
            if (!layer.destination().isWithin(width(), height())) {
                throw invalid(HeapError.INVALID_ARGUMENT,
                        "%s leaves the panel of %dx%d".formatted(layer.destination(), width(), height()));
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
        flip.writers().forEach(writer -> writer.onSignal(() -> later(this::pump)));
        pump();
    }

    private void later(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            LOG.trace("dropped, the driver has stopped", e);
        }
    }

    /**
     * Core ends a mapping. A fetch takes a moment only and is waited for; a flip that has not begun maps its buffers
     * when it does. On core's thread.
     */
    private void settle(Flip flip) {
        Fence heard = new Fence("a word with " + name());
        try {
            thread.execute(heard::signal);
        } catch (RejectedExecutionException e) {
            return;
        }
        heard.await(limit.toNanos());
        flip.awaitDevice(limit);
    }

    private void pump() {
        while (showing.isEmpty() && !waiting.isEmpty() && waiting.getFirst().isReady()) {
            begin(waiting.removeFirst());
        }
    }

    private void begin(Flip flip) {
        Optional<HeapException> spoiled = flip.failedWriter();
        if (spoiled.isPresent()) {
            flip.fail(new HeapException(HeapError.CANCELLED, FLIP, name(), "a picture was not written: "
                    + spoiled.get().getMessage(), "show the next one", spoiled.get()));
            return;
        }
        showing = Optional.of(flip);
        try {
            pipe.show(0, flip.begin(limit), event -> later(() -> finished(flip, event)));
        } catch (HeapException e) {
            showing = Optional.empty();
            flip.fail(e);
        }
    }

    private void finished(Flip flip, DisplayEvent event) {
        showing = Optional.empty();
        switch (event) {
            case DisplayEvent.Shown shown -> flip.succeed();
            case DisplayEvent.Blocked blocked -> flip.fail(new HeapException(HeapError.FAULT, FLIP, name(),
                    "layer %d is black: %s".formatted(blocked.plane(), blocked.fault().getMessage()),
                    "find out why the pipe has no right to it", blocked.fault()));
            case DisplayEvent.GivenUp givenUp -> flip.fail(new HeapException(HeapError.CLOSED, FLIP, name(),
                    "the device gave it up", "wait until the device is back"));
        }
        pump();
    }

    /** Lets the flip that the device has finish, drops the others. */
    @Override
    public void close() {
        closed = true;
        later(() -> {
            waiting.forEach(flip -> flip.fail(gone()));
            waiting.clear();
            showing.ifPresentOrElse(flip -> flip.done().onSignal(thread::shutdown), thread::shutdown);
        });
    }
}
