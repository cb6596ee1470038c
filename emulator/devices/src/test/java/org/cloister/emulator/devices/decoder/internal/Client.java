// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoDecoder;

/** A driver in small: bitstream at {@link #INPUT}, pictures in a ring of slots at {@link #OUTPUT}. */
final class Client implements AutoCloseable {
    static final long INPUT = 0x10_0000;
    static final long OUTPUT = 0x20_0000;
    static final long SLOT = 0x1_0000;
    static final int SLOTS = 4;
    private static final long DEADLINE_SECONDS = 20;

    private final FakeMemory memory;
    private final BlockingQueue<DecoderEvent> events = new LinkedBlockingQueue<>();
    final List<DecoderEvent> seen = new ArrayList<>();
    final List<String> pictures = new ArrayList<>();
    final List<Long> timestamps = new ArrayList<>();
    final DecoderSession session;

    Client(VideoDecoder decoder, FakeMemory memory, StreamFormat format) {
        this.memory = memory;
        this.session = decoder.open(format, events::add);
    }

    void offerSlots() {
        for (int i = 0; i < SLOTS; i++) {
            offerSlot(i);
        }
    }

    void offerSlot(long slot) {
        session.queueFrame(slot, List.of(new MemoryRange(OUTPUT + slot * SLOT, SLOT)));
    }

    /** Queues an access unit, split in two ranges, and waits until it is read. */
    void feed(byte[] unit, long timestamp) {
        memory.put(INPUT, unit);
        List<MemoryRange> ranges = unit.length > 16
                ? List.of(new MemoryRange(INPUT, 16), new MemoryRange(INPUT + 16, unit.length - 16))
                : List.of(new MemoryRange(INPUT, unit.length));
        session.queueBitstream(timestamp, ranges, timestamp);
        await(DecoderEvent.BitstreamDone.class::isInstance);
    }

    void feed(List<byte[]> units) {
        for (int i = 0; i < units.size(); i++) {
            feed(units.get(i), i);
        }
    }

    void drain() {
        session.drain();
        await(DecoderEvent.Drained.class::isInstance);
    }

    /** Waits for an event, and meanwhile takes pictures and gives their memory back. */
    DecoderEvent await(Predicate<DecoderEvent> wanted) {
        while (true) {
            DecoderEvent event = next();
            if (event instanceof DecoderEvent.FrameDone done) {
                byte[] picture = memory.bytes(OUTPUT + done.cookie() * SLOT, done.format().size());
                pictures.add(md5(picture));
                timestamps.add(done.timestamp());
                offerSlot(done.cookie());
            }
            if (wanted.test(event)) {
                return event;
            }
        }
    }

    private DecoderEvent next() {
        try {
            DecoderEvent event = events.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            assertThat(event).as("an event, after %s", seen).isNotNull();
            seen.add(event);
            return event;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    boolean hasPendingEvents() {
        return !events.isEmpty();
    }

    static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
