// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.mtk.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.layout.MtkCommand;
import org.cloister.platform.layout.MtkSegment;
import org.cloister.tee.Direction;
import org.cloister.tee.Param;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;

/** The commands of the memory application. For one thread at a time, while there is a session. */
final class MemoryTa {
    /** Nothing is handed over. */
    static final AddressRange NOTHING = new AddressRange(0, 0);

    private static final int MOST_SEGMENTS = 1 << 16;
    private static final Param.Value OUT = new Param.Value(0, 0, Direction.OUTPUT);

    private final TaSession session;

    MemoryTa(TaSession session) {
        this.session = session;
    }

    /**
     * What was allocated.
     *
     * @param handle by which the application knows it
     * @param count how many segments it has
     * @param address where the only one is; no use if there are several
     */
    record Allocated(int handle, int count, long address) {}

    private static Param.Value in(int a, int b) {
        return new Param.Value(a, b, Direction.INPUT);
    }

    private static Param.Value inout(AddressRange range) {
        return new Param.Value((int) range.base(), (int) range.size(), Direction.INOUT);
    }

    /** Tells whether a range can be told in numbers of 32 bits. */
    static boolean fits(AddressRange range) {
        return range.base() >>> 32 == 0 && range.size() >>> 32 == 0 && range.base() + range.size() <= 1L << 32;
    }

    /** Allocates memory, all zeros; a block may be handed over with it. */
    Allocated allocate(String what, MemoryType type, long size, long alignment, AddressRange block) {
        TeeResult result = session.invoke(what, MtkCommand.ZEROED_ALLOCATE, in((int) size, (int) alignment),
                in(type.number(), 0), inout(block), OUT);
        Param.Value where = result.value(2);
        return new Allocated(result.value(3).a(), where.a(), Integer.toUnsignedLong(where.b()));
    }

    /** Allocates by the legacy numbering, and gives the handle. */
    int allocateLegacy(String what, MemoryType type, long size, long alignment, AddressRange block) {
        int command = type == MemoryType.CM_TZ
                ? MtkCommand.LEGACY_ZEROED_ALLOCATE : MtkCommand.LEGACY_CHUNK_ZEROED_ALLOCATE;
        return session.invoke(what, command, in((int) alignment, type.number()), in((int) size, 0), inout(block))
                .value(2).a();
    }

    /** What came of freeing. */
    enum Freed {
        /** It is gone. */
        YES,
        /** It is as it was: memory could not be given back. */
        NO,
        /** The application knows no such handle. */
        UNKNOWN
    }

    /** Frees a buffer or a region. */
    Freed free(int handle) {
        return free(MtkCommand.FREE, handle);
    }

    /** Frees by the legacy numbering. */
    Freed freeLegacy(int handle) {
        return free(MtkCommand.LEGACY_UNREFERENCE, handle);
    }

    private Freed free(int command, int handle) {
        String what = "free a buffer";
        TeeResult result = session.call(what, command, in(handle, 0), OUT);
        if (result.code() == TeeCode.ITEM_NOT_FOUND) {
            return Freed.UNKNOWN;
        }
        return result.orElseThrow(what).value(1).a() == MtkCommand.FREED ? Freed.YES : Freed.NO;
    }

    /** Tells, by the legacy numbering, whether a handle is known: takes a reference more, and gives it back. */
    boolean isKnownLegacy(int handle) {
        String what = "look for a buffer";
        TeeResult result = session.call(what, MtkCommand.LEGACY_REFERENCE, in(handle, 0), OUT);
        if (result.code() == TeeCode.ITEM_NOT_FOUND) {
            return false;
        }
        result.orElseThrow(what);
        return freeLegacy(handle) == Freed.YES;
    }

    /** Asks where a buffer is; empty when the application knows no such handle, or one of another shape. */
    Optional<List<Segment>> find(int handle, int count) {
        MemorySegment list = MemorySegment.ofArray(new byte[count * MtkSegment.SIZE]);
        TeeResult result = session.call("look for a buffer", MtkCommand.RETRIEVE_SEGMENTS, in(handle, 0),
                new Param.Temporary(list, Direction.OUTPUT));
        if (result.code() == TeeCode.ITEM_NOT_FOUND || result.code() == TeeCode.SHORT_BUFFER) {
            return Optional.empty();
        }
        result.orElseThrow("look for a buffer");
        return Optional.of(read(result, list, count));
    }

    /**
     * Asks where a buffer is.
     *
     * @param count how many segments it has
     * @throws HeapException also {@code PROTOCOL} when it has another number
     */
    List<Segment> segments(int handle, int count) {
        if (count < 1 || count > MOST_SEGMENTS) {
            throw protocol("a buffer of %d segments".formatted(count));
        }
        MemorySegment list = MemorySegment.ofArray(new byte[count * MtkSegment.SIZE]);
        TeeResult result = session.invoke("ask where a buffer is", MtkCommand.RETRIEVE_SEGMENTS, in(handle, 0),
                new Param.Temporary(list, Direction.OUTPUT));
        return read(result, list, count);
    }

    private static List<Segment> read(TeeResult result, MemorySegment list, int count) {
        if (result.params().get(1) instanceof Param.Temporary told && told.memory().byteSize() != list.byteSize()) {
            throw protocol("%d bytes of segments instead of %d".formatted(
                    told.memory().byteSize(), list.byteSize()));
        }
        List<Segment> segments = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            segments.add(new Segment(MtkSegment.address(list, MtkSegment.at(i)),
                    MtkSegment.length(list, MtkSegment.at(i))));
        }
        return List.copyOf(segments);
    }

    /** Asks how many ranges of contiguous memory the hardware can protect at a time. */
    int regionCount(AddressRange area) {
        return session.invoke("ask for the number of regions", MtkCommand.REGION_COUNT, inout(area)).value(0).a();
    }

    /** Has memory protected for one device; gives the handle. */
    int protectFor(String what, AddressRange range, int device, Access rights) {
        int bits = (rights.reads() ? MtkCommand.READ : 0) | (rights.writes() ? MtkCommand.WRITE : 0);
        return session.invoke(what, MtkCommand.PROTECT_FOR, in((int) range.base(), (int) range.size()),
                in(device, bits), OUT).value(2).a();
    }

    /** An answer that cannot be. */
    static HeapException protocol(String why) {
        return new HeapException(HeapError.PROTOCOL, "talk to the memory application", "its answer", why,
                "install an application that keeps to the protocol");
    }
}
