// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.cloister.emulator.devices.internal.FakeMemory;
import org.cloister.heap.Access;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.DecoderSession;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.InternalNeed;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.StreamFormat;
import org.cloister.platform.device.VideoDecoder;

/**
 * A driver in small: bitstream at {@link #INPUT}, pictures in a ring of slots at {@link #OUTPUT}, what the decoder works in
 * from {@link #INTERNAL} on, its firmware at {@link #FIRMWARE}. All from {@link #INTERNAL} on is restricted memory, and so
 * are the slots.
 */
final class Client implements AutoCloseable {
    static final long INPUT = 0x10_0000;
    static final long OUTPUT = 0x20_0000;
    static final long SLOT = 0x1_0000;
    static final int SLOTS = 4;
    static final long INTERNAL = 0x28_0000;
    static final long INTERNAL_SIZE = 0x10_0000;
    static final long FIRMWARE = 0x38_0000;
    static final long IMAGE = 0x1f_0000;
    private static final long DEADLINE_SECONDS = 60;

    private final FakeMemory memory;
    private final BlockingQueue<DecoderEvent> events = new LinkedBlockingQueue<>();
    final List<DecoderEvent> seen = new ArrayList<>();
    final List<String> pictures = new ArrayList<>();
    final List<Long> timestamps = new ArrayList<>();
    final DecoderSession session;
    /** By cookie. */
    final Map<Long, InternalNeed> lent = new TreeMap<>();
    /** Where what was lent is, by cookie. */
    final Map<Long, Long> places = new TreeMap<>();
    /** Whether what is wanted is lent at once. */
    boolean lends = true;
    private List<InternalNeed> needs = List.of();
    private long nextPlace = INTERNAL;
    private long nextCookie = 1000;

    Client(VideoDecoder decoder, FakeMemory memory, StreamFormat format) {
        this(decoder, memory, format, boot(decoder, memory, false));
    }

    Client(VideoDecoder decoder, FakeMemory memory, StreamFormat format, DecoderFirmware firmware) {
        this.memory = memory;
        this.session = decoder.open(format, firmware, events::add);
    }

    /** Memory that a decoder and this can work in. */
    static FakeMemory memory() {
        return new FakeMemory("video-decoder", 1 << 22)
                .grant(INPUT, 0x8_0000, Access.READ)
                .grant(IMAGE, DecoderFirmwareFile.SIZE, Access.READ)
                .grant(OUTPUT, SLOTS * SLOT, Access.WRITE)
                .grant(INTERNAL, INTERNAL_SIZE, Access.READ_WRITE)
                .grant(FIRMWARE, DecoderFirmwareFile.SIZE, Access.READ_WRITE);
    }

    /** Which of it is restricted. */
    static boolean isRestricted(MemoryRange range) {
        return range.address() >= OUTPUT;
    }

    /** Firmware that is loaded. */
    static DecoderFirmware boot(VideoDecoder decoder, FakeMemory memory, boolean isProtected) {
        DecoderFirmware firmware = decoder.newFirmware(isProtected);
        load(firmware, memory);
        return firmware;
    }

    static void load(DecoderFirmware firmware, FakeMemory memory) {
        memory.put(IMAGE, DecoderFirmwareFile.image());
        firmware.load(List.of(new MemoryRange(IMAGE, DecoderFirmwareFile.SIZE)),
                List.of(new MemoryRange(FIRMWARE, DecoderFirmwareFile.SIZE)));
    }

    /** Lends all that is missing, each piece in two ranges. */
    void lendAll() {
        for (InternalNeed need : needs) {
            for (long i = lent.values().stream().filter(need::equals).count(); i < need.count(); i++) {
                lend(nextCookie++, need, place(need.size()));
            }
        }
    }

    private void lendIfWilling() {
        if (lends) {
            lendAll();
        }
    }

    /** What the decoder wants. */
    List<InternalNeed> needs() {
        return needs;
    }

    private long place(long size) {
        long place = nextPlace + size > INTERNAL + INTERNAL_SIZE ? INTERNAL : nextPlace;
        nextPlace = place + size + 15 & -16;
        return place;
    }

    void lend(long cookie, InternalNeed need, long place) {
        lent.put(cookie, need);
        places.put(cookie, place);
        session.lend(cookie, need.purpose(),
                List.of(new MemoryRange(place, 16), new MemoryRange(place + 16, need.size() - 16)));
    }

    /** Where memory for a purpose was lent last. */
    long place(InternalMemory purpose) {
        return lent.entrySet().stream().filter(piece -> piece.getValue().purpose() == purpose)
                .map(piece -> places.get(piece.getKey())).reduce((_, last) -> last).orElseThrow();
    }

    void offerSlots() {
        for (int i = 0; i < SLOTS; i++) {
            offerSlot(i);
        }
    }

    void offerSlot(long slot) {
        session.queueFrame(slot, List.of(new MemoryRange(OUTPUT + slot * SLOT, SLOT)));
    }

    /** Queues an access unit, in one range; {@code number} is its cookie and its timestamp. */
    void queue(byte[] unit, long number) {
        memory.put(INPUT, unit);
        session.queueBitstream(number, List.of(new MemoryRange(INPUT, unit.length)), number);
    }

    /** Queues an access unit, split in two ranges, and waits until it is read. */
    void feed(byte[] unit, long timestamp) {
        memory.put(INPUT, unit);
        List<MemoryRange> ranges = unit.length > 16
                ? List.of(new MemoryRange(INPUT, 16), new MemoryRange(INPUT + 16, unit.length - 16))
                : List.of(new MemoryRange(INPUT, unit.length));
        session.queueBitstream(timestamp, ranges, timestamp);
        await(DecoderEvent.BitstreamDone.class);
    }

    void feed(List<byte[]> units) {
        for (int i = 0; i < units.size(); i++) {
            feed(units.get(i), i);
        }
    }

    void drain() {
        session.drain();
        await(DecoderEvent.Drained.class);
    }

    /** Feeds all of a test stream, and drains. */
    void play(String stream) {
        feed(Streams.accessUnits(stream));
        drain();
    }

    /** Waits for an event of a kind, and meanwhile takes pictures and gives their memory back. */
    <T extends DecoderEvent> T await(Class<T> kind) {
        return kind.cast(await(kind::isInstance));
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
            switch (event) {
                case DecoderEvent.MemoryWanted wanted -> {
                    needs = wanted.needs();
                    lendIfWilling();
                }
                case DecoderEvent.MemoryReturned returned -> lent.remove(returned.cookie());
                case DecoderEvent.Flushed() -> lendIfWilling();
                default -> { }
            }
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
