// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.cloister.emulator.devices.internal.BusDevice;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.DecoderEvent.FrameReturned.Reason;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderListener;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.InternalNeed;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.VideoCodec;

/**
 * A stream in the decoder; see {@link DecoderSession} for its states.
 *
 * <p>Two locks. {@code queues} guards what clients hand over, and is held for moments only. {@code work} is held
 * by the device's thread while it works and calls the listener, and by {@link #close}, which therefore returns after
 * the last access to memory; it is taken first where both are.
 */
final class Session implements DecoderSession {
    /** One picture that is written, one that the client has got back and shows. */
    private static final int FRAMES_NEEDED = 2;

    private enum State { RUNNING, HALTED, CLOSED }

    private final BusDevice device;
    private final FirmwarePlace firmware;
    private final VideoCodec codec;
    private final Channel channel;
    private final WorkMemory memory;
    private final DecoderListener listener;
    private final Consumer<Session> onClose;
    private final Object queues = new Object();
    private final Queue<Input> inputs = new ArrayDeque<>(); // guarded by queues
    private final Queue<Target> targets = new ArrayDeque<>(); // guarded by queues
    private State state = State.RUNNING; // guarded by queues
    private boolean flushWanted; // guarded by queues
    private final ReentrantLock work = new ReentrantLock();
    private final CoreDecoder core; // guarded by work, as are those below
    private Optional<Picture> decoded = Optional.empty();
    private Optional<PictureFormat> announced = Optional.empty();
    private byte[] packed = new byte[0];
    private long latestTimestamp;

    Session(BusDevice device, FirmwarePlace firmware, VideoCodec codec, CoreDecoder core, DecoderListener listener,
            Consumer<Session> onClose) {
        this.device = device;
        this.firmware = firmware;
        this.codec = codec;
        this.channel = firmware.channel();
        this.memory = new WorkMemory(channel);
        this.core = core;
        this.listener = listener;
        this.onClose = onClose;
    }

    @Override
    public void queueBitstream(long cookie, List<MemoryRange> from, long timestamp) {
        device.dma().requireFollowable("queue bitstream", from);
        if (MemoryRange.total(from) > CoreDecoder.MAX_ACCESS_UNIT) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "queue bitstream", device.name(),
                    "an access unit of %d bytes does not fit the chip".formatted(MemoryRange.total(from)),
                    "queue at most %d bytes at a time".formatted(CoreDecoder.MAX_ACCESS_UNIT));
        }
        enqueue("queue bitstream", inputs, new Input.Bitstream(cookie, List.copyOf(from), timestamp));
    }

    @Override
    public void queueFrame(long cookie, List<MemoryRange> into) {
        channel.requireWritable("queue memory for a picture", into);
        enqueue("queue memory for a picture", targets, new Target(cookie, List.copyOf(into)));
    }

    @Override
    public void lend(long cookie, InternalMemory purpose, List<MemoryRange> ranges) {
        String what = "lend memory";
        Objects.requireNonNull(purpose, "purpose");
        channel.requireWritable(what, ranges);
        synchronized (queues) {
            requireRunning(what);
            memory.add(new WorkMemory.Piece(cookie, purpose, List.copyOf(ranges)));
            device.run(this::tidy);
        }
    }

    /** Memory was lent: what is of no use goes back, and work goes on. */
    private void tidy() {
        work.lock();
        try {
            giveBack(memory.removeUseless());
        } finally {
            work.unlock();
        }
        run();
    }

    @Override
    public void takeBack(long cookie) {
        synchronized (queues) {
            requireOpen("take memory back");
            device.run(() -> {
                work.lock();
                try {
                    giveBack(memory.remove(cookie).stream().toList());
                } finally {
                    work.unlock();
                }
            });
        }
    }

    private void giveBack(List<WorkMemory.Piece> pieces) {
        pieces.forEach(piece -> tell(new DecoderEvent.MemoryReturned(piece.cookie())));
    }

    /** Something that the session waited for may be there. */
    void poke() {
        device.run(this::run);
    }

    @Override
    public void cancelFrame(long cookie) {
        synchronized (queues) {
            requireOpen("take memory for a picture back");
            targets.stream().filter(target -> target.cookie() == cookie).findFirst().ifPresent(target -> {
                targets.remove(target);
                device.run(() -> giveBack(target));
            });
        }
    }

    private void giveBack(Target target) {
        work.lock();
        try {
            tell(new DecoderEvent.FrameReturned(target.cookie(), Reason.GIVEN_UP));
        } finally {
            work.unlock();
        }
    }

    @Override
    public void drain() {
        enqueue("drain", inputs, new Input.Drain());
    }

    private <T> void enqueue(String what, Queue<T> queue, T descriptor) {
        synchronized (queues) {
            requireRunning(what);
            if (queue.size() >= QUEUE_DEPTH) {
                throw new HeapException(HeapError.BUSY, what, device.name(),
                        "%d descriptors are waiting already".formatted(QUEUE_DEPTH), "wait for an event");
            }
            queue.add(descriptor);
            device.run(this::run);
        }
    }

    @Override
    public void flush() {
        synchronized (queues) {
            requireOpen("flush");
            flushWanted = true;
            device.run(this::run);
        }
    }

    private void requireRunning(String what) {
        requireOpen(what);
        if (state == State.HALTED) {
            throw new HeapException(HeapError.FAULT, what, device.name(), "the session is halted", "flush it");
        }
    }

    private void requireOpen(String what) {
        if (state == State.CLOSED) {
            throw new HeapException(HeapError.CLOSED, what, device.name(), "the session is closed", "open another");
        }
    }

    /** The duty cycle: works until something is missing. */
    private void run() {
        work.lock();
        try {
            boolean busy = true;
            while (busy) {
                busy = step();
            }
        } catch (BusFault fault) {
            halt(new DecoderEvent.Blocked(fault));
        } catch (RuntimeException e) {
            halt(new DecoderEvent.Halted(HeapError.FAULT, device.brokeDown(e)));
        } finally {
            work.unlock();
        }
    }

    /** Does one thing; false when there is nothing that can be done. */
    private boolean step() {
        if (takeFlush()) {
            restart();
            tell(new DecoderEvent.Flushed());
            return true;
        }
        if (!isRunning()) {
            return false;
        }
        if (decoded.isPresent()) {
            return output(decoded.get());
        }
        return switch (core.receive()) {
            case CoreDecoder.Received.Decoded(Picture picture) -> {
                decoded = Optional.of(picture);
                yield true;
            }
            case CoreDecoder.Received.Spoiled(String reason) -> {
                tell(new DecoderEvent.StreamError(latestTimestamp, reason));
                yield true;
            }
            case CoreDecoder.Received.Finished() -> {
                core.flush();
                tell(new DecoderEvent.Drained());
                yield true;
            }
            case CoreDecoder.Received.Hungry() -> input();
        };
    }

    /** Whether firmware and memory are there for pictures of a format; asks for memory that is not. */
    private boolean isEquipped(Optional<PictureFormat> format) {
        Optional<List<InternalNeed>> wanted = firmware.fetch(codec).map(program -> program.needs(format));
        if (wanted.isEmpty()) {
            return false;
        }
        if (!wanted.get().equals(memory.needs())) {
            memory.require(wanted.get());
            giveBack(memory.removeUseless());
            tell(new DecoderEvent.MemoryWanted(wanted.get()));
        }
        return memory.isComplete();
    }

    private boolean input() {
        Input next;
        synchronized (queues) {
            next = inputs.peek();
        }
        if (next instanceof Input.Bitstream && !isEquipped(announced)) {
            return false;
        }
        synchronized (queues) {
            if (inputs.peek() != next) {
                return true; // one came to an empty queue, or a listener that was asked for memory closed the session
            }
            inputs.poll();
        }
        switch (next) {
            case null -> {
                return false;
            }
            case Input.Drain() -> core.end();
            case Input.Bitstream(long cookie, List<MemoryRange> from, long timestamp) -> {
                Optional<String> problem = decode(cookie, from, timestamp);
                problem.ifPresent(reason -> tell(new DecoderEvent.StreamError(timestamp, reason)));
            }
        }
        return true;
    }

    private Optional<String> decode(long cookie, List<MemoryRange> from, long timestamp) {
        latestTimestamp = timestamp;
        try {
            return core.decode(MemoryRange.total(from), timestamp, unit -> {
                channel.read(from, 0, unit);
                memory.passThroughRing(unit);
            });
        } finally {
            tell(new DecoderEvent.BitstreamDone(cookie));
        }
    }

    private boolean output(Picture picture) {
        Optional<PictureFormat> format = picture.format();
        if (format.isEmpty()) {
            decoded = Optional.empty();
            halt(new DecoderEvent.Halted(HeapError.NOT_SUPPORTED,
                    "pictures of format %s cannot be written".formatted(picture.pixelFormatName())));
            return true;
        }
        if (!format.equals(announced)) {
            isEquipped(format);
            announced = format;
            tell(new DecoderEvent.SourceChange(format.get(), FRAMES_NEEDED));
            return true;
        }
        if (!isEquipped(format)) {
            return false;
        }
        Target target;
        synchronized (queues) {
            target = targets.poll();
        }
        if (target == null) {
            return false;
        }
        if (MemoryRange.total(target.memory()) < format.get().size()) {
            tell(new DecoderEvent.FrameReturned(target.cookie(), Reason.TOO_SMALL));
        } else {
            write(picture, format.get(), target);
        }
        return true;
    }

    private void write(Picture picture, PictureFormat format, Target target) {
        decoded = Optional.empty();
        if (packed.length != format.size()) {
            packed = new byte[Math.toIntExact(format.size())];
        }
        MemorySegment content = MemorySegment.ofArray(packed);
        picture.pack(format, content);
        boolean sound;
        try {
            sound = memory.keepMotion(picture.motion(format));
            memory.reconstruct(content);
            channel.write(content, target.memory(), 0);
        } catch (RuntimeException e) {
            tell(new DecoderEvent.FrameReturned(target.cookie(), Reason.GIVEN_UP));
            throw e;
        }
        tell(new DecoderEvent.FrameDone(target.cookie(), picture.timestamp(), format, picture.damaged() || !sound));
    }

    /** Gives everything back and stays still until flushed or closed. */
    private void halt(DecoderEvent why) {
        synchronized (queues) {
            if (state == State.CLOSED) {
                return;
            }
            state = State.HALTED;
        }
        returnAll();
        tell(why);
    }

    private void restart() {
        core.flush();
        returnAll();
        synchronized (queues) {
            if (state == State.HALTED) {
                state = State.RUNNING;
            }
        }
    }

    private void returnAll() {
        decoded = Optional.empty();
        List<Input> unread;
        List<Target> unwritten;
        synchronized (queues) {
            unread = List.copyOf(inputs);
            inputs.clear();
            unwritten = List.copyOf(targets);
            targets.clear();
        }
        for (Input input : unread) {
            if (input instanceof Input.Bitstream bitstream) {
                tell(new DecoderEvent.BitstreamDone(bitstream.cookie()));
            }
        }
        unwritten.forEach(target -> tell(new DecoderEvent.FrameReturned(target.cookie(), Reason.GIVEN_UP)));
        giveBack(memory.removeAll());
    }

    private boolean takeFlush() {
        synchronized (queues) {
            boolean wanted = flushWanted && state != State.CLOSED;
            flushWanted = false;
            return wanted;
        }
    }

    private boolean isRunning() {
        synchronized (queues) {
            return state == State.RUNNING;
        }
    }

    /** The listener may close the session, so whoever calls this looks at the state before going on. */
    private void tell(DecoderEvent event) {
        synchronized (queues) {
            if (state == State.CLOSED) {
                return;
            }
        }
        device.tell(listener::on, event);
    }

    /** The board goes off: says so, then closes. */
    void deviceGone() {
        work.lock();
        try {
            halt(new DecoderEvent.Halted(HeapError.CLOSED, "the board was switched off"));
        } finally {
            work.unlock();
        }
        close();
    }

    @Override
    public void close() {
        work.lock();
        try {
            synchronized (queues) {
                if (state == State.CLOSED) {
                    return;
                }
                state = State.CLOSED;
                inputs.clear();
                targets.clear();
            }
            decoded = Optional.empty();
            core.close();
        } finally {
            work.unlock();
        }
        onClose.accept(this);
    }
}
