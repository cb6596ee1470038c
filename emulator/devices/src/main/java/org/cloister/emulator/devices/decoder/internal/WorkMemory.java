// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.devices.decoder.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.InternalNeed;
import org.cloister.platform.device.MemoryRange;

/**
 * The memory that a stream was lent to work in. Bitstream passes through a ring, pictures are reconstructed in one piece
 * after the other before the client gets them, and motion vectors are kept until the next picture.
 *
 * <p>Which memory is there is guarded by this; what is in it is for who holds the session's lock of work, and so is
 * taking it away.
 */
final class WorkMemory {
    private final Channel channel;
    private final Map<InternalMemory, List<Piece>> lent = new EnumMap<>(InternalMemory.class); // guarded by this
    private List<InternalNeed> needs = List.of(); // guarded by this
    private long ringAt;
    private long turn;
    private long motionTurn;
    private Optional<Long> motionSum = Optional.empty(); // of what was kept last

    /** Memory that was lent. */
    record Piece(long cookie, InternalMemory purpose, List<MemoryRange> memory) {
        long size() {
            return MemoryRange.total(memory);
        }
    }

    WorkMemory(Channel channel) {
        this.channel = channel;
    }

    /** Takes memory over. */
    synchronized void add(Piece piece) {
        lent.computeIfAbsent(piece.purpose(), _ -> new ArrayList<>()).add(piece);
    }

    /** Gives one up. */
    synchronized Optional<Piece> remove(long cookie) {
        Optional<Piece> found = lent.values().stream().flatMap(List::stream)
                .filter(piece -> piece.cookie() == cookie).findFirst();
        found.ifPresent(piece -> lent.get(piece.purpose()).remove(piece));
        return found;
    }

    /** Gives all up, and forgets what was in it. */
    synchronized List<Piece> removeAll() {
        List<Piece> all = lent.values().stream().flatMap(List::stream).toList();
        lent.clear();
        motionSum = Optional.empty();
        return all;
    }

    /** What it was told to need. */
    synchronized List<InternalNeed> needs() {
        return needs;
    }

    /** From now on that is needed; motion of other pictures is forgotten. */
    synchronized void require(List<InternalNeed> wanted) {
        needs = List.copyOf(wanted);
        motionSum = Optional.empty();
    }

    /** Gives up what is of no use: too small, or more than is needed. */
    synchronized List<Piece> removeUseless() {
        List<Piece> useless = new ArrayList<>();
        lent.forEach((purpose, pieces) -> {
            Optional<InternalNeed> need = need(purpose);
            List<Piece> fitting = pieces.stream()
                    .filter(piece -> need.filter(known -> piece.size() >= known.size()).isPresent())
                    .limit(need.map(InternalNeed::count).orElse(0)).toList();
            pieces.stream().filter(piece -> !fitting.contains(piece)).forEach(useless::add);
            pieces.retainAll(fitting);
        });
        return useless;
    }

    private Optional<InternalNeed> need(InternalMemory purpose) {
        return needs.stream().filter(need -> need.purpose() == purpose).findFirst();
    }

    /** Whether all is there that is needed. */
    synchronized boolean isComplete() {
        return needs.stream().allMatch(need -> pieces(need.purpose()).size() >= need.count());
    }

    private synchronized List<Piece> pieces(InternalMemory purpose) {
        return List.copyOf(lent.getOrDefault(purpose, List.of()));
    }

    /** Passes bitstream through the ring: what comes out replaces what went in. */
    void passThroughRing(MemorySegment unit) {
        Piece ring = pieces(InternalMemory.BITSTREAM_RING).getFirst();
        for (long done = 0; done < unit.byteSize();) {
            ringAt %= ring.size();
            MemorySegment part = unit.asSlice(done, Math.min(unit.byteSize() - done, ring.size() - ringAt));
            channel.write(part, ring.memory(), ringAt);
            channel.read(ring.memory(), ringAt, part);
            ringAt += part.byteSize();
            done += part.byteSize();
        }
    }

    /** Reconstructs a picture in the next piece: what is there then replaces what went in. */
    void reconstruct(MemorySegment picture) {
        List<Piece> pieces = pieces(InternalMemory.RECONSTRUCTION);
        Piece piece = pieces.get((int) (turn++ % pieces.size()));
        channel.write(picture, piece.memory(), 0);
        channel.read(piece.memory(), 0, picture);
    }

    /**
     * Keeps the motion of a picture.
     *
     * @return whether the motion of the picture before is still what it was
     */
    boolean keepMotion(byte[] field) {
        List<Piece> pieces = pieces(InternalMemory.MOTION_VECTORS);
        if (pieces.isEmpty()) {
            return true;
        }
        List<MemoryRange> memory = pieces.getFirst().memory();
        byte[] before = new byte[field.length];
        channel.read(memory, motionAt(field.length), MemorySegment.ofArray(before));
        boolean same = motionSum.map(known -> known == sum(before)).orElse(true);
        motionTurn++;
        channel.write(MemorySegment.ofArray(field), memory, motionAt(field.length));
        motionSum = Optional.of(sum(field));
        return same;
    }

    private long motionAt(int size) {
        return motionTurn % CoreProgram.MOTION_FIELDS * size;
    }

    private static long sum(byte[] field) {
        CRC32 sum = new CRC32();
        sum.update(field);
        return sum.getValue();
    }
}
