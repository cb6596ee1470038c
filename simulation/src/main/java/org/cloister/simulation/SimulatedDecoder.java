// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.cloister.platform.device.ColourCoding;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderEvent.FrameReturned.Reason;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.DecoderListener;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.DmaLimits;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.PictureFormat;
import org.cloister.platform.device.PixelFormat;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoCodec;
import org.cloister.platform.device.VideoDecoder;

/**
 * A decoder of a code of its own: bitstream is the timestamp, in each page, and a picture of it is {@link #picture} in
 * each page. It works in memory that it is lent, another amount now and then; it is late now and then, reset now and
 * then, and finds errors in what is none.
 */
final class SimulatedDecoder implements VideoDecoder {
    private static final int PICTURES = 2;

    private final Block block;
    private final Faults faults;

    SimulatedDecoder(Block block, Faults faults) {
        this.block = block;
        this.faults = faults;
    }

    /** What a picture has in each page. */
    static long picture(long timestamp) {
        return Long.rotateLeft(timestamp, 7) | 1;
    }

    @Override
    public String name() {
        return "decoder";
    }

    @Override
    public Initiator initiator() {
        return block.initiator();
    }

    @Override
    public Set<VideoCodec> codecs() {
        return Set.of(VideoCodec.values());
    }

    @Override
    public DmaLimits limits() {
        return block.limits();
    }

    @Override
    public Optional<String> firmwareFile() {
        return Optional.empty();
    }

    @Override
    public DecoderFirmware newFirmware(boolean isProtected) {
        return new Rom(isProtected);
    }

    /** It runs from a ROM. */
    private record Rom(boolean isProtected) implements DecoderFirmware {
        @Override
        public void load(List<MemoryRange> image, List<MemoryRange> place) {
            throw new HeapException(HeapError.INVALID_ARGUMENT, "load the firmware", "decoder", "it has a ROM", "leave it");
        }

        @Override
        public void unload() {
            // nothing is in memory
        }

        @Override
        public void close() {
            // nothing is in memory
        }
    }

    @Override
    public DecoderSession open(StreamFormat stream, DecoderFirmware firmware, DecoderListener listener) {
        return new Line(listener);
    }

    /** An access unit; or, without memory, the wish for all pictures so far. */
    private record Unit(long cookie, List<MemoryRange> memory, long timestamp) {}

    private record Canvas(long cookie, List<MemoryRange> memory) {}

    private final class Line implements DecoderSession {
        private final DecoderListener listener;
        private final Deque<Unit> units = new ArrayDeque<>();
        private final Deque<Canvas> canvases = new ArrayDeque<>();
        private final PictureFormat format;
        private final LentMemory lent = new LentMemory(block);
        private final Thread thread;
        private boolean begun;
        private boolean announced;
        private boolean halted;
        private boolean flushing;
        private boolean closed;

        Line(DecoderListener listener) {
            this.listener = listener;
            int side = 32 << block.way(3);
            this.format = new PictureFormat(PixelFormat.NV12, side, side,
                    new ColourCoding(ColourCoding.Matrix.BT709, false));
            this.thread = block.world().scheduler().start("decoder", this::work);
        }

        private void requireRoom() {
            require();
            if (Math.max(units.size(), canvases.size()) >= QUEUE_DEPTH) {
                throw new HeapException(HeapError.BUSY, "queue", name(), "the queue is full", "wait");
            }
        }

        private void require() {
            if (closed || halted) {
                throw new HeapException(closed ? HeapError.CLOSED : HeapError.FAULT, "queue", name(),
                        "the session is no more, or halted", "flush it");
            }
        }

        @Override
        public void queueBitstream(long cookie, List<MemoryRange> memory, long timestamp) {
            requireRoom();
            units.add(new Unit(cookie, memory, timestamp));
            LockSupport.unpark(thread);
        }

        @Override
        public void queueFrame(long cookie, List<MemoryRange> memory) {
            requireRoom();
            canvases.add(new Canvas(cookie, memory));
            LockSupport.unpark(thread);
        }

        @Override
        public void cancelFrame(long cookie) {
            if (canvases.removeIf(one -> one.cookie == cookie)) {
                listener.on(new DecoderEvent.FrameReturned(cookie, Reason.GIVEN_UP));
            }
        }

        @Override
        public void lend(long cookie, InternalMemory purpose, List<MemoryRange> memory) {
            require();
            lent.add(cookie, purpose, memory).ifPresent(listener::on);
            LockSupport.unpark(thread);
        }

        @Override
        public void takeBack(long cookie) {
            lent.wantBack(cookie);
            LockSupport.unpark(thread);
        }

        @Override
        public void drain() {
            requireRoom();
            units.add(new Unit(0, List.of(), 0));
            LockSupport.unpark(thread);
        }

        @Override
        public void flush() {
            flushing = true;
            LockSupport.unpark(thread);
        }

        @Override
        public void close() {
            closed = true;
            LockSupport.unpark(thread);
            block.world().scheduler().join(thread);
        }

        private void work() {
            while (!closed) {
                lent.giveBack().forEach(this::tell);
                if (flushing) {
                    giveUp();
                    flushing = false;
                    halted = false;
                    tell(new DecoderEvent.Flushed());
                } else if (halted || units.isEmpty()) {
                    LockSupport.park();
                } else if (!begun || faults.strike("stream")) {
                    begun = true;
                    lent.require().forEach(this::tell);
                } else if (!lent.isComplete()) {
                    LockSupport.park();
                } else {
                    decode(units.removeFirst());
                }
            }
        }

        private void tell(DecoderEvent event) {
            if (!closed) {
                listener.on(event);
            }
        }

        private void giveUp() {
            units.stream().filter(one -> !one.memory.isEmpty())
                    .forEach(one -> tell(new DecoderEvent.BitstreamDone(one.cookie)));
            canvases.forEach(one -> tell(new DecoderEvent.FrameReturned(one.cookie, Reason.GIVEN_UP)));
            lent.giveUp().forEach(this::tell);
            units.clear();
            canvases.clear();
        }

        private void decode(Unit unit) {
            if (unit.memory.isEmpty()) {
                tell(new DecoderEvent.Drained());
                return;
            }
            boolean struck = faults.strike("decoder");
            int way = struck ? block.way(3) : 0;
            if (struck && way == 0) {
                block.dawdle();
            }
            Optional<BusFault> fault = read(unit);
            tell(new DecoderEvent.BitstreamDone(unit.cookie));
            if (fault.isPresent()) {
                halt(new DecoderEvent.Blocked(fault.get()));
            } else if (struck && way == 1) {
                tell(new DecoderEvent.StreamError(unit.timestamp, "it says"));
            } else if (struck && way == 2) {
                halt(new DecoderEvent.Halted(HeapError.FAULT, "it was reset"));
            } else {
                canvas().ifPresent(canvas -> draw(unit, canvas));
            }
        }

        private Optional<BusFault> read(Unit unit) {
            try {
                OptionalLong stamp = block.read(unit.memory);
                lent.passThroughRing(unit.timestamp);
                if (stamp.isEmpty() || stamp.getAsLong() != unit.timestamp) {
                    block.world().found(new Violation(5, "bitstream 0x%x reads as %s".formatted(unit.timestamp, stamp)));
                }
                return Optional.empty();
            } catch (BusFault e) {
                block.world().found(new Violation(5, "bitstream that was mapped is not there: " + e.getMessage()));
                return Optional.of(e);
            }
        }

        /** Memory for the next picture, when there is some. */
        private Optional<Canvas> canvas() {
            if (!announced) {
                announced = true;
                tell(new DecoderEvent.SourceChange(format, PICTURES));
            }
            while ((canvases.isEmpty() || !lent.isComplete()) && !closed && !flushing) {
                LockSupport.park();
                lent.giveBack().forEach(this::tell);
            }
            return closed || flushing ? Optional.empty() : Optional.of(canvases.removeFirst());
        }

        private void draw(Unit unit, Canvas canvas) {
            if (faults.strike("picture")) {
                block.dawdle();
            }
            try {
                lent.reconstruct(picture(unit.timestamp));
                block.write(within(canvas.memory), picture(unit.timestamp));
                block.world().trace().note("picture", unit.timestamp);
                tell(new DecoderEvent.FrameDone(canvas.cookie, unit.timestamp, format, false));
            } catch (BusFault e) {
                block.world().found(new Violation(5, "memory that was mapped is not there: " + e.getMessage()));
                tell(new DecoderEvent.FrameReturned(canvas.cookie, Reason.GIVEN_UP));
                halt(new DecoderEvent.Blocked(e));
            }
        }

        /** The beginning of a descriptor, as long as a picture. */
        private List<MemoryRange> within(List<MemoryRange> memory) {
            return MemoryRange.total(memory) <= format.size() || memory.size() > 1 ? memory
                    : List.of(new MemoryRange(memory.getFirst().address(), format.size()));
        }

        private void halt(DecoderEvent event) {
            halted = true;
            giveUp();
            tell(event);
        }
    }
}
