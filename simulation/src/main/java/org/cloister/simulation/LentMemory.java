// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.cloister.platform.device.DecoderEvent;
import org.cloister.platform.device.InternalMemory;
import org.cloister.platform.device.InternalNeed;
import org.cloister.platform.device.MemoryRange;

/**
 * Memory that a stream was lent to work in. Bitstream passes through a ring, pictures are reconstructed before the client
 * gets them, and motion is kept until the next picture: if it is another by then, the memory was not moved as it should.
 */
final class LentMemory {
    private static final int PIECES = 2; // for reconstruction

    private final Block block;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<Long> wantedBack = new ArrayList<>(); // cookies
    private List<InternalNeed> needs = List.of();
    private OptionalLong motion = OptionalLong.empty();
    private int turn;

    private record Piece(long cookie, InternalMemory purpose, List<MemoryRange> memory) {
        DecoderEvent returned() {
            return new DecoderEvent.MemoryReturned(cookie);
        }
    }

    LentMemory(Block block) {
        this.block = block;
    }

    /** From now on another amount is needed; tells what of the old is returned, and what is wanted. */
    List<DecoderEvent> require() {
        needs = List.of(new InternalNeed(InternalMemory.BITSTREAM_RING, pages(), 1),
                new InternalNeed(InternalMemory.MOTION_VECTORS, pages(), 1),
                new InternalNeed(InternalMemory.RECONSTRUCTION, pages(), PIECES));
        motion = OptionalLong.empty();
        List<DecoderEvent> events = new ArrayList<>();
        List.copyOf(pieces).stream().filter(this::isUseless).forEach(piece -> {
            pieces.remove(piece);
            events.add(piece.returned());
        });
        events.add(new DecoderEvent.MemoryWanted(needs));
        return events;
    }

    private long pages() {
        return (1 + block.way(3)) * Block.PAGE;
    }

    private boolean isUseless(Piece piece) {
        Optional<InternalNeed> need = needs.stream().filter(one -> one.purpose() == piece.purpose).findFirst();
        return need.isEmpty() || MemoryRange.total(piece.memory) < need.get().size()
                || of(piece.purpose).indexOf(piece) >= need.get().count();
    }

    /** Takes memory over, or gives it back at once. */
    Optional<DecoderEvent> add(long cookie, InternalMemory purpose, List<MemoryRange> memory) {
        var piece = new Piece(cookie, purpose, memory);
        pieces.add(piece);
        if (isUseless(piece)) {
            pieces.remove(piece);
            return Optional.of(piece.returned());
        }
        return Optional.empty();
    }

    /** Somebody wants a piece back. */
    void wantBack(long cookie) {
        wantedBack.add(cookie);
    }

    /** What goes back because it was asked for; not while it is worked with. */
    List<DecoderEvent> giveBack() {
        List<Piece> going = pieces.stream().filter(piece -> wantedBack.contains(piece.cookie)).toList();
        wantedBack.clear();
        pieces.removeAll(going);
        return going.stream().map(Piece::returned).toList();
    }

    /** All goes back, and what was in it is forgotten. */
    List<DecoderEvent> giveUp() {
        List<DecoderEvent> events = pieces.stream().map(Piece::returned).toList();
        pieces.clear();
        wantedBack.clear();
        motion = OptionalLong.empty();
        return events;
    }

    /** Whether all is there that is needed. */
    boolean isComplete() {
        return !needs.isEmpty() && needs.stream().allMatch(need -> of(need.purpose()).size() >= need.count());
    }

    private List<Piece> of(InternalMemory purpose) {
        return pieces.stream().filter(piece -> piece.purpose == purpose).toList();
    }

    /** Passes bitstream through the ring. */
    void passThroughRing(long unit) {
        pass("bitstream", of(InternalMemory.BITSTREAM_RING).getFirst(), unit);
    }

    /** Reconstructs a picture, and keeps its motion. */
    void reconstruct(long picture) {
        List<Piece> places = of(InternalMemory.RECONSTRUCTION);
        Piece kept = of(InternalMemory.MOTION_VECTORS).getFirst();
        if (motion.isPresent()) {
            require("motion", motion.getAsLong(), kept);
        }
        pass("a reconstruction", places.get(turn++ % places.size()), picture);
        block.write(kept.memory, picture);
        motion = OptionalLong.of(picture);
    }

    private void pass(String what, Piece through, long stamp) {
        block.write(through.memory, stamp);
        block.labour();
        require(what, stamp, through);
    }

    private void require(String what, long expected, Piece piece) {
        OptionalLong seen = block.read(piece.memory);
        if (seen.isEmpty() || seen.getAsLong() != expected) {
            block.world().found(new Violation(5, "%s of the decoder was 0x%x, and is %s".formatted(what, expected, seen)));
        }
    }
}
