// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.codec.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.cloister.driver.codec.DecodeEvent;
import org.cloister.driver.codec.DecodeListener;
import org.cloister.driver.codec.DecodeSession;
import org.cloister.driver.codec.internal.PictureBuffer.Place;
import org.cloister.heap.BufferState;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Fence;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderListener;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.driver.DriverThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream between a client and the device. What the client and the device say is handed to the session's thread,
 * which alone touches the queues; only attaching, whose refusal the client is to hear at once, happens on the client's.
 * A second thread tells the listener.
 *
 * <p>Bitstream goes to the device in the order in which it was given, each piece when its writers are done. Memory for
 * pictures goes round: see {@link PictureBuffer}. Memory for the device's own use is lent as it asks: see
 * {@link InternalLoans}.
 */
final class Session implements DecodeSession {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);
    /** Leaves room in the device's queue for requests to drain. */
    private static final int AT_DEVICE = DecoderSession.QUEUE_DEPTH / 2;

    private final SessionContext context;
    private final DecodeListener listener;
    private final Consumer<Session> onClose;
    private final DriverThread thread;
    private final DriverThread teller; // the listener may take its time, and core waits for the other one
    private final DecoderSession device;
    private final AtomicBoolean open = new AtomicBoolean(true);
    // For the session's thread only, from here on.
    private final PictureMemory memory;
    private final InternalBuffers internal;
    private final InternalLoans loans;
    private final Deque<Optional<InputJob>> waiting = new ArrayDeque<>(); // empty: drain
    private final Map<Long, InputJob> reading = new HashMap<>(); // by cookie
    private final Map<Long, PictureBuffer> writing = new HashMap<>(); // by cookie
    private Optional<HeapException> failure = Optional.empty();
    private long nextCookie;
    private boolean begun; // there was something to decode
    private boolean waitingForHeap;
    private boolean over; // what still comes is too late

    /** Opens a session of the device with {@code opener}. */
    Session(SessionContext context, DecodeListener listener, Function<DecoderListener, DecoderSession> opener,
            Consumer<Session> onClose) {
        this.context = context;
        this.listener = listener;
        this.onClose = onClose;
        this.memory = context.newPictureMemory();
        this.internal = context.newInternalBuffers();
        this.thread = new DriverThread("cloister decode session of " + context.name(),
                e -> LOG.error("a decode session of {} stumbled", context.name(), e));
        this.teller = new DriverThread("cloister decode events of " + context.name(),
                e -> LOG.warn("{}: the listener failed", context.name(), e));
        this.device = opener.apply(event -> thread.run(() -> handle(event)));
        this.loans = new InternalLoans(internal, device, thread, context.patience(), () -> failure.isPresent(),
                this::notTaken);
    }

    @Override
    public Fence decode(DmaBuf bitstream, long length, long timestamp) {
        requireOpen("decode");
        if (length <= 0 || length > bitstream.size()) {
            throw new HeapException(HeapError.OUT_OF_BOUNDS, "decode", context.name(),
                    "%d bytes of bitstream are not in a buffer of %d".formatted(length, bitstream.size()),
                    "give the length of the access unit");
        }
        InputJob job = context.newInput(bitstream, length, timestamp);
        context.watch(job, reason -> letRead(job));
        if (!thread.run(() -> accept(job))) {
            job.fail(cancelled("the session was closed"));
        }
        return job.read();
    }

    private void accept(InputJob job) {
        if (over) {
            job.fail(cancelled("the session was closed"));
            return;
        }
        if (failure.isPresent()) {
            job.fail(failure.get());
            return;
        }
        waiting.add(Optional.of(job));
        if (!begun) {
            begun = true;
            provide();
        }
        thread.after(job.writers(), () -> {
            job.becomeReady();
            pump();
        });
    }

    @Override
    public void drain() {
        requireOpen("drain");
        thread.run(() -> {
            waiting.add(Optional.empty());
            pump();
        });
    }

    @Override
    public void flush() {
        requireOpen("flush");
        thread.run(() -> {
            giveUpWaiting(cancelled("the session was flushed"));
            device.flush();
        });
    }

    private void requireOpen(String what) {
        if (!open.get()) {
            throw new HeapException(HeapError.CLOSED, what, context.name(), "the session is closed", "open another");
        }
    }

    private static HeapException cancelled(String why) {
        return new HeapException(HeapError.CANCELLED, "decode", "this access unit", why, "give it again if it is wanted");
    }

    /** Gives the device what it can take. */
    private void pump() {
        while (failure.isEmpty() && !waiting.isEmpty() && reading.size() < AT_DEVICE
                && waiting.getFirst().map(InputJob::isReady).orElse(true)) {
            Optional<InputJob> next = waiting.removeFirst();
            if (next.isEmpty()) {
                drainDevice();
            } else if (!submit(next.get())) {
                waiting.addFirst(next);
                thread.after(next.get().movers(), this::pump);
                return;
            }
        }
    }

    private void drainDevice() {
        try {
            device.drain();
        } catch (HeapException e) {
            LOG.debug("{} does not drain; it says why in an event", context.name(), e);
        }
    }

    /** Gives the device bitstream; false, and nothing is done, while that is being moved. */
    private boolean submit(InputJob job) {
        long cookie = nextCookie++;
        try {
            Optional<List<MemoryRange>> from = job.begin();
            if (from.isEmpty()) {
                return false;
            }
            device.queueBitstream(cookie, from.get(), job.timestamp());
            reading.put(cookie, job);
        } catch (HeapException e) {
            job.fail(e);
            tell(new DecodeEvent.StreamError(job.timestamp(), e.getMessage()));
        }
        return true;
    }

    private void handle(DecoderEvent event) {
        if (over) {
            return;
        }
        switch (event) {
            case DecoderEvent.BitstreamDone done -> {
                Optional.ofNullable(reading.remove(done.cookie())).ifPresent(InputJob::succeed);
                pump();
            }
            case DecoderEvent.MemoryWanted wanted -> {
                internal.require(wanted.needs());
                provide();
            }
            case DecoderEvent.MemoryReturned returned -> loans.returned(returned.cookie());
            case DecoderEvent.SourceChange change -> {
                memory.require(change.format().size(), change.frames() + context.heldFrames());
                tell(new DecodeEvent.FormatChanged(change.format()));
                provide();
            }
            case DecoderEvent.FrameDone done ->
                    Optional.ofNullable(writing.remove(done.cookie())).ifPresent(picture -> deliver(picture, done));
            case DecoderEvent.FrameReturned returned ->
                    Optional.ofNullable(writing.remove(returned.cookie())).ifPresent(this::returned);
            case DecoderEvent.StreamError error ->
                    tell(new DecodeEvent.StreamError(error.timestamp(), error.reason()));
            case DecoderEvent.Blocked blocked -> fail(new HeapException(HeapError.FAULT, "decode", context.name(),
                    blocked.fault().getMessage(), "find out why the device has no right, then flush", blocked.fault()));
            case DecoderEvent.Halted halted -> fail(new HeapException(halted.error(), "decode", context.name(),
                    halted.reason(), "flush the session, or open another"));
            case DecoderEvent.Drained() -> tell(new DecodeEvent.Drained());
            case DecoderEvent.Flushed() -> flushed();
        }
    }

    /** The device has nothing any more: what was taken away for good is replaced, and after a fault it boots anew. */
    private void flushed() {
        if (failure.filter(reason -> reason.error() == HeapError.FAULT).isPresent()) {
            context.firmware().reset();
        }
        failure = Optional.empty();
        internal.prune();
        tell(new DecodeEvent.Flushed());
        if (begun) {
            provide();
        }
    }

    /** The device may need its firmware anew. For any thread. */
    void resume() {
        thread.run(this::provide);
    }

    /** Sees to it that the device has its firmware and all memory that it wants; without the heap, when that appears. */
    private void provide() {
        if (failure.isPresent() || over) {
            return;
        }
        try {
            if (!context.firmware().require()) {
                thread.after(context.firmware().movers(), this::provide);
                return;
            }
            internal.allocate();
            loans.lend();
            memory.allocate();
            memory.buffers().forEach(this::offer);
        } catch (HeapException e) {
            switch (e.error()) {
                case NO_SUCH_HEAP, UNAVAILABLE, DRAINING -> awaitHeap(e);
                default -> fail(e);
            }
        }
    }

    private void awaitHeap(HeapException reason) {
        if (!waitingForHeap) {
            waitingForHeap = true;
            tell(new DecodeEvent.WaitingForHeap(context.source().name(), reason));
            context.source().whenAvailable(() -> thread.run(() -> {
                waitingForHeap = false;
                provide();
            }));
        }
    }

    /** The device, or core, did not take memory. Of a device that is halted an event says why. */
    private void notTaken(HeapException reason) {
        if (reason.error() != HeapError.FAULT) {
            fail(reason);
        }
    }

    @Override
    public List<DmaBuf> internalBuffers() {
        requireOpen("tell of internal buffers");
        return Stream.concat(context.firmware().snapshot().stream(), internal.snapshot().stream()).toList();
    }

    private void deliver(PictureBuffer picture, DecoderEvent.FrameDone done) {
        picture.written();
        picture.move(Place.CLIENT);
        LoanedFrame frame = new LoanedFrame(picture, done, () -> thread.run(() -> takeBack(picture)));
        tell(new DecodeEvent.PictureReady(frame));
    }

    private void takeBack(PictureBuffer picture) {
        if (picture.place() == Place.CLIENT) {
            picture.move(Place.IDLE);
            offer(picture);
        }
    }

    /** After a flush or a failure it waits for the end of that; if core moved it, it goes back at once. */
    private void returned(PictureBuffer picture) {
        picture.notWritten(cancelled("the device gave the memory for the picture back"));
        picture.move(Place.IDLE);
        boolean released = discarded(picture);
        if (picture.wasInvalidated() && !released) {
            picture.unmap();
            offer(picture);
        }
    }

    /** Releases what is of no use any more. Where memory that core has revoked was not replaced, the session fails. */
    private boolean discarded(PictureBuffer picture) {
        boolean revoked = picture.buffer().state() == BufferState.REVOKED;
        boolean released = memory.releaseIfUseless(picture);
        if (released && revoked && memory.isShort()) {
            fail(new HeapException(HeapError.REVOKED, "decode", context.name(), "memory for pictures was taken away",
                    "flush the session, which goes on in other memory of heap " + context.source().name()));
        }
        return released;
    }

    /** Gives the device memory for a picture, as soon as nobody reads the previous one any more. */
    private void offer(PictureBuffer picture) {
        if (picture.place() != Place.IDLE || failure.isPresent() || discarded(picture)) {
            return;
        }
        picture.move(Place.WAITING);
        await(picture);
    }

    private void await(PictureBuffer picture) {
        thread.after(picture.attachment().reservation().pending(Fence.Usage.READ), () -> {
            if (picture.place() == Place.WAITING) {
                write(picture);
            }
        });
    }

    private void write(PictureBuffer picture) {
        if (failure.isPresent()) {
            picture.move(Place.IDLE);
            return;
        }
        long cookie = nextCookie++;
        try {
            context.watch(picture, reason -> takeAway(picture));
            Optional<List<MemoryRange>> into = picture.begin(cookie);
            if (into.isEmpty()) {
                await(picture); // it is being moved
                return;
            }
            device.queueFrame(cookie, into.get());
            writing.put(cookie, picture);
            picture.move(Place.DEVICE);
        } catch (HeapException e) {
            picture.notWritten(e);
            picture.move(Place.IDLE);
            notTaken(e);
        }
    }

    /** Core ends a mapping: makes the device let go of it, and waits until it has. On core's thread. */
    private void takeAway(PictureBuffer picture) {
        thread.barrier(() -> {
            if (picture.place() == Place.DEVICE) {
                picture.invalidate();
                device.cancelFrame(picture.cookie());
            } else {
                picture.unmap();
            }
        }, context.patience());
        context.patience().await(picture.writing());
    }

    /** Core ends a mapping: waits until the device has read what it was given of it. On core's thread. */
    private void letRead(InputJob job) {
        thread.barrier(() -> { }, context.patience());
        job.awaitDevice(context.patience());
    }

    private void fail(HeapException reason) {
        if (failure.isEmpty()) {
            failure = Optional.of(reason);
            giveUpWaiting(reason);
            tell(new DecodeEvent.Failed(reason));
        }
    }

    private void giveUpWaiting(HeapException reason) {
        waiting.forEach(job -> job.ifPresent(input -> input.fail(reason)));
        waiting.clear();
    }

    private void tell(DecodeEvent event) {
        teller.run(() -> {
            if (open.get()) {
                listener.on(event);
            }
        });
    }

    @Override
    public void close() {
        if (!open.getAndSet(false)) {
            return;
        }
        device.close();
        thread.end(() -> {
            over = true;
            HeapException reason = cancelled("the session was closed");
            giveUpWaiting(reason);
            reading.values().forEach(job -> job.fail(reason));
            writing.values().forEach(picture -> picture.notWritten(reason));
            memory.close();
            internal.close();
        });
        teller.end(() -> { });
        onClose.accept(this);
    }
}
