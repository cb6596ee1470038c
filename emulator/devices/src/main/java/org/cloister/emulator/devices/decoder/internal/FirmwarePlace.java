// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.BusFault;
import org.cloister.platform.device.DecoderFirmware;
import org.cloister.platform.device.MemoryRange;
import org.cloister.platform.device.VideoCodec;

/**
 * A place for the firmware, with the boot code that fills it, which knows the one image that it boots by its digest, as
 * fuses would tell it. Safe for use by any thread: the lock is held while the place is touched, so {@link #unload} returns
 * after the last access.
 */
final class FirmwarePlace implements DecoderFirmware {
    private static final String LOAD = "load the firmware";

    private final Channel channel;
    private final Runnable loaded;
    private final byte[] fuses = digest(DecoderFirmwareFile.image());
    private List<MemoryRange> place = List.of(); // guarded by this, as are those below; empty: nothing is loaded
    private byte[] booted = new byte[0];
    private boolean closed;

    /** Makes a place; {@code loaded} is told when there is something in it. */
    FirmwarePlace(Channel channel, Runnable loaded) {
        this.channel = channel;
        this.loaded = loaded;
    }

    Channel channel() {
        return channel;
    }

    @Override
    public boolean isProtected() {
        return channel.isProtected();
    }

    @Override
    public void load(List<MemoryRange> image, List<MemoryRange> into) {
        channel.dma().requireFollowable(LOAD, image);
        channel.requireWritable(LOAD, into);
        if (MemoryRange.total(image) != DecoderFirmwareFile.SIZE || MemoryRange.total(into) < DecoderFirmwareFile.SIZE) {
            throw refused("%d bytes for %d are no image in its place"
                    .formatted(MemoryRange.total(image), MemoryRange.total(into)));
        }
        synchronized (this) {
            place = List.of();
            if (closed) {
                throw new HeapException(HeapError.CLOSED, LOAD, name(), "the place is closed", "make another");
            }
            try {
                boot(image, into);
            } catch (BusFault fault) {
                throw new HeapException(HeapError.FAULT, LOAD, name(), fault.getMessage(),
                        "find out why the device has no right", fault);
            }
            place = List.copyOf(into);
        }
        loaded.run();
    }

    /** What was checked is what is written, and what was written is checked: nobody can exchange it in between. */
    private void boot(List<MemoryRange> image, List<MemoryRange> into) {
        byte[] content = new byte[DecoderFirmwareFile.SIZE];
        channel.read(image, 0, MemorySegment.ofArray(content));
        if (!Arrays.equals(digest(content), fuses)) {
            throw refused("it is damaged, or another device's: its digest is not the one in the fuses");
        }
        channel.write(MemorySegment.ofArray(content), into, 0);
        byte[] copy = new byte[content.length];
        channel.read(into, 0, MemorySegment.ofArray(copy));
        if (!Arrays.equals(digest(copy), fuses)) {
            throw refused("it was changed while it was put in place");
        }
        booted = content;
    }

    private HeapException refused(String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, LOAD, name(), why, "load the file of the device");
    }

    private String name() {
        return channel.dma().memory().initiator().name();
    }

    /**
     * Fetches what the firmware does for a codec.
     *
     * @return empty when nothing is loaded
     * @throws BusFault when the bus blocked it
     * @throws IllegalStateException when it was changed since it was loaded
     */
    synchronized Optional<CoreProgram> fetch(VideoCodec codec) {
        if (place.isEmpty()) {
            return Optional.empty();
        }
        byte[] entry = new byte[DecoderFirmwareFile.ENTRY];
        int offset = DecoderFirmwareFile.entry(codec);
        channel.read(place, offset, MemorySegment.ofArray(entry));
        if (!Arrays.equals(entry, Arrays.copyOfRange(booted, offset, offset + entry.length))) {
            throw new IllegalStateException("the firmware was changed in memory");
        }
        return Optional.of(CoreProgram.of(entry));
    }

    @Override
    public synchronized void unload() {
        place = List.of();
    }

    @Override
    public synchronized void close() {
        closed = true;
        place = List.of();
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
