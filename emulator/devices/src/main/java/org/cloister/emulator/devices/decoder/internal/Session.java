// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
 * <p>Clients hand over what {@link StreamQueues} keeps. {@code work} is held by the device's thread while it works and
 * calls the listener, and by {@link #close}, which therefore returns after the last access to memory; it is taken before
 * the monitor of the queues where both are.
 */
final class Session implements DecoderSession {
    /** One picture that is written, one that the client has got back and shows. */
    private static final int FRAMES_NEEDED = 2;

    private final BusDevice device;
    private final FirmwarePlace firmware;
    private final VideoCodec codec;
    private final Channel channel;
    private final WorkMemory memory;
    private final DecoderListener listener;
    private final Consumer<Session> onClose;
    private final StreamQueues queues;
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
        this.queues = new StreamQueues(device.name());
    }

    @Override
    public void queueBitstream(long cookie, List<MemoryRange> from, long timestamp) {
        device.dma().requireFollowable("queue bitstream", from);
        if (MemoryRange.total(from) > CoreDecoder.MAX_ACCESS_UNIT) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "queue bitstream", device.name(),
                    "an access unit of %d bytes does not fit the chip".formatted(MemoryRange.total(from)),
                    "queue at most %d bytes at a time".formatted(CoreDecoder.MAX_ACCESS_UNIT));
        }
        queues.add("queue bitstream", new Input.Bitstream(cookie, List.copyOf(from), timestamp), this::poke);
    }

    @Override
    public void queueFrame(long cookie, List<MemoryRange> into) {
        channel.requireWritable("queue memory for a picture", into);
        queues.add("queue memory for a picture", new Target(cookie, List.copyOf(into)), this::poke);
    }

    @Override
    public void lend(long cookie, InternalMemory purpose, List<MemoryRange> ranges) {
        String what = "lend memory";
        Objects.requireNonNull(purpose, "purpose");
        channel.requireWritable(what, ranges);
        queues.whileRunning(what, () -> {
            memory.add(new WorkMemory.Piece(cookie, purpose, List.copyOf(ranges)));
            device.run(this::tidy);
        });
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
        queues.whileOpen("take memory back", () -> device.run(() -> {
            work.lock();
            try {
                giveBack(memory.remove(cookie).stream().toList());
            } finally {
                work.unlock();
            }
        }));
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
        queues.cancel(cookie, target -> device.run(() -> giveBack(target)));
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
        queues.add("drain", new Input.Drain(), this::poke);
    }

    @Override
    public void flush() {
        queues.wantFlush(this::poke);
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
        if (queues.takeFlush()) {
            restart();
            tell(new DecoderEvent.Flushed());
            return true;
        }
        if (!queues.isRunning()) {
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
        Optional<Input> next = queues.firstInput();
        if (next.filter(Input.Bitstream.class::isInstance).isPresent() && !isEquipped(announced)) {
            return false;
        }
        if (!queues.takeInput(next)) {
            return true; // one came to an empty queue, or a listener that was asked for memory closed the session
        }
        if (next.isEmpty()) {
            return false;
        }
        switch (next.get()) {
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
        Optional<Target> target = queues.takeTarget();
        target.ifPresent(into -> fill(into, picture, format.get()));
        return target.isPresent();
    }

    private void fill(Target target, Picture picture, PictureFormat format) {
        if (MemoryRange.total(target.memory()) < format.size()) {
            tell(new DecoderEvent.FrameReturned(target.cookie(), Reason.TOO_SMALL));
        } else {
            write(picture, format, target);
        }
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
        if (queues.halt()) {
            returnAll();
            tell(why);
        }
    }

    private void restart() {
        core.flush();
        returnAll();
        queues.restart();
    }

    private void returnAll() {
        decoded = Optional.empty();
        StreamQueues.Unused unused = queues.takeAll();
        for (Input input : unused.inputs()) {
            if (input instanceof Input.Bitstream bitstream) {
                tell(new DecoderEvent.BitstreamDone(bitstream.cookie()));
            }
        }
        unused.targets().forEach(target -> tell(new DecoderEvent.FrameReturned(target.cookie(), Reason.GIVEN_UP)));
        giveBack(memory.removeAll());
    }

    /** The listener may close the session, so whoever calls this looks at the state before going on. */
    private void tell(DecoderEvent event) {
        if (!queues.isClosed()) {
            device.tell(listener::on, event);
        }
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
            if (!queues.close()) {
                return;
            }
            decoded = Optional.empty();
            core.close();
        } finally {
            work.unlock();
        }
        onClose.accept(this);
    }
}
