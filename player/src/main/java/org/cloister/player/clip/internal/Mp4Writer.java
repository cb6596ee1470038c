// SPDX-License-Identifier: Apache-2.0
package org.cloister.player.clip.internal;

import static org.cloister.player.clip.internal.Box.bytes;
import static org.cloister.player.clip.internal.Box.full;
import static org.cloister.player.clip.internal.Box.of;
import static org.cloister.player.clip.internal.Box.text;
import static org.cloister.player.clip.internal.Box.u16;
import static org.cloister.player.clip.internal.Box.u32;
import static org.cloister.player.clip.internal.Box.u64;
import static org.cloister.player.clip.internal.Box.zeros;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.cloister.player.clip.internal.SampleProtection.Subsample;

/**
 * Writes an MP4 file with one track of H.264 that is encrypted by common encryption (ISO/IEC 14496-12 and -15,
 * 23001-7, scheme {@code cenc}). Samples come encrypted, for who encrypts is where nobody else sees them. For one
 * thread.
 *
 * <pre>
 *   ftyp   mdat { samples }   moov { mvhd trak { tkhd mdia { mdhd hdlr minf { vmhd dinf stbl {
 *       stsd { encv { avcC sinf { frma schm schi { tenc } } } } stts stss stsc stsz stco senc saio saiz } } } } }
 * </pre>
 */
public final class Mp4Writer implements AutoCloseable {
    private static final int IV_SIZE = 8;
    private static final int MDAT_HEADER = 16;
    private static final int SENC_HEADER = 16;
    private static final int HAS_SUBSAMPLES = 2;
    private static final int ENABLED_IN_MOVIE = 3;

    private final FileChannel file;
    private final VideoTrack track;
    private final int framesPerSecond;
    private final KeyId keyId;
    private final long mediaStart;
    private final List<Written> samples = new ArrayList<>();

    private record Written(int size, boolean key, long iv, List<Subsample> parts) {
        byte[] auxiliary() {
            ByteBuffer entry = ByteBuffer.allocate(IV_SIZE + 2 + 6 * parts.size()).putLong(iv).putShort((short) parts.size());
            parts.forEach(part -> entry.putShort((short) part.clear()).putInt((int) part.covered()));
            return entry.array();
        }
    }

    /**
     * Begins a file; one that is there is replaced.
     *
     * @throws IOException when it cannot be written
     */
    public Mp4Writer(Path path, VideoTrack track, int framesPerSecond, KeyId keyId) throws IOException {
        this.track = track;
        this.framesPerSecond = framesPerSecond;
        this.keyId = keyId;
        this.file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        append(of("ftyp", text("isom"), u32(0x200), text("isomiso2avc1mp41")));
        mediaStart = file.position() + MDAT_HEADER;
        append(zeros(MDAT_HEADER));
    }

    /**
     * Adds a sample.
     *
     * @param data encrypted, except for what {@code parts} says
     * @param key whether decoding can begin with it
     * @param iv the initialisation vector
     * @param parts the stretches that it consists of; their clear parts have less than 64 KiB
     * @throws IOException when it cannot be written
     */
    public void add(ByteBuffer data, boolean key, long iv, List<Subsample> parts) throws IOException {
        samples.add(new Written(data.remaining(), key, iv, List.copyOf(parts)));
        while (data.hasRemaining()) {
            file.write(data);
        }
    }

    private void append(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }

    /**
     * Completes the file and closes it. Idempotent.
     *
     * @throws IOException when it cannot be written
     */
    @Override
    public void close() throws IOException {
        if (!file.isOpen()) {
            return;
        }
        try (file) {
            long end = file.position();
            byte[] movie = movie(0);
            // where the auxiliary information lies is told in the movie itself, whose length does not depend on it
            long auxiliary = end + indexOf(movie, "senc") + SENC_HEADER - Integer.BYTES;
            append(movie(auxiliary));
            file.write(ByteBuffer.wrap(bytes(u32(1), text("mdat"), u64(end - mediaStart + MDAT_HEADER))),
                    mediaStart - MDAT_HEADER);
        }
    }

    private static int indexOf(byte[] bytes, String type) {
        byte[] wanted = text(type);
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new IllegalStateException("no box " + type);
    }

    private byte[] movie(long auxiliary) {
        int duration = samples.size();
        byte[] matrix = bytes(u32(0x10000), zeros(12), u32(0x10000), zeros(12), u32(0x40000000));
        return of("moov",
                full("mvhd", 0, 0, zeros(8), u32(framesPerSecond), u32(duration), u32(0x10000), u16(0x100), zeros(10),
                        matrix, zeros(24), u32(2)),
                of("trak",
                        full("tkhd", 0, ENABLED_IN_MOVIE, zeros(8), u32(1), zeros(4), u32(duration), zeros(16), matrix,
                                u32(track.width() << 16), u32(track.height() << 16)),
                        of("mdia",
                                full("mdhd", 0, 0, zeros(8), u32(framesPerSecond), u32(duration), u16(0x55c4), zeros(2)),
                                full("hdlr", 0, 0, zeros(4), text("vide"), zeros(12), text("Cloister"), zeros(1)),
                                of("minf",
                                        full("vmhd", 0, 1, zeros(8)),
                                        of("dinf", full("dref", 0, 0, u32(1), full("url ", 0, 1))),
                                        table(auxiliary)))));
    }

    private byte[] table(long auxiliary) {
        byte[][] sizes = samples.stream().map(sample -> u32(sample.size())).toArray(byte[][]::new);
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            if (samples.get(i).key()) {
                keys.add(u32(i + 1));
            }
        }
        byte[][] entries = samples.stream().map(Written::auxiliary).toArray(byte[][]::new);
        byte[] lengths = new byte[entries.length];
        for (int i = 0; i < entries.length; i++) {
            lengths[i] = (byte) entries[i].length;
        }
        return of("stbl",
                full("stsd", 0, 0, u32(1), entry()),
                full("stts", 0, 0, u32(1), u32(samples.size()), u32(1)),
                full("stss", 0, 0, u32(keys.size()), bytes(keys.toArray(byte[][]::new))),
                full("stsc", 0, 0, u32(1), u32(1), u32(samples.size()), u32(1)),
                full("stsz", 0, 0, u32(0), u32(samples.size()), bytes(sizes)),
                full("co64", 0, 0, u32(1), u64(mediaStart)),
                full("senc", 0, HAS_SUBSAMPLES, u32(samples.size()), bytes(entries)),
                full("saio", 1, 0, u32(1), u64(auxiliary)),
                full("saiz", 0, 0, zeros(1), u32(samples.size()), lengths));
    }

    private byte[] entry() {
        return of("encv", zeros(6), u16(1), zeros(16), u16(track.width()), u16(track.height()),
                u32(0x480000), u32(0x480000), zeros(4), u16(1), zeros(32), u16(0x18), u16(0xffff),
                of("avcC", track.configuration()),
                of("sinf",
                        of("frma", text("avc1")),
                        full("schm", 0, 0, text("cenc"), u32(0x10000)),
                        of("schi", full("tenc", 0, 0, zeros(2), new byte[] {1, IV_SIZE}, keyId.bytes()))));
    }
}
