// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.cloister.cli.internal.SdpCase.Verdict;
import org.cloister.heap.DmaBuf;
import org.cloister.heap.Heap;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.tee.Direction;
import org.cloister.tee.Login;
import org.cloister.tee.Param;
import org.cloister.tee.SharedMemory;
import org.cloister.tee.Tee;
import org.cloister.tee.TeeCode;
import org.cloister.tee.TeeResult;
import org.cloister.tee.TeeSession;

/**
 * The cases of {@code xtest --sdp-basic}, by the public API. Random data goes from normal memory into a restricted
 * buffer (inject), is changed there (transform: each byte to its negative), and comes back (dump). Each case has a
 * buffer of its own, of which it keeps the registration only.
 *
 * <p>For one thread.
 */
final class SecureDataPath {
    /** Data begins at a random offset from 0 to this. */
    static final int LARGEST_OFFSET = 255;
    /** OP-TEE's trusted application for this test. */
    static final UUID APPLICATION = UUID.fromString("12345678-5b69-11e4-9dbb-101f74f00099");
    /** OP-TEE's pseudo TA for this test. */
    static final UUID PSEUDO = UUID.fromString("d96a5b40-c3e5-21e3-8794-1002a5d5c61b");

    private static final int BY_ITSELF = 0;
    private static final int BY_ANOTHER = 3;
    private static final int BY_PSEUDO = 6;
    private static final int PSEUDO_ITSELF = 3;
    private static final int TRANSFORM = 1;
    private static final int DUMP = 2;
    private static final int PAGE = 4096;
    private static final long ALL_ONES = -1;

    private final Tee tee;
    private final Heap heap;
    private final long size;
    private final int loops;
    private final RandomGenerator random;

    /**
     * Makes a test.
     *
     * @param size bytes of each buffer, more than {@link #LARGEST_OFFSET}
     * @param loops how often data takes each way, at least once
     * @param random makes data and offsets
     */
    SecureDataPath(Tee tee, Heap heap, long size, int loops, RandomGenerator random) {
        this.tee = tee;
        this.heap = heap;
        this.size = size;
        this.loops = loops;
        this.random = random;
    }

    /**
     * Tries all cases.
     *
     * @param listener hears of each
     * @throws HeapException when a case cannot be tried: there is no buffer to be had, or the TEE is dead
     */
    void run(Consumer<SdpCase> listener) {
        listener.accept(way("normal world to TA", APPLICATION, BY_ITSELF));
        listener.accept(way("normal world to TA to another TA", APPLICATION, BY_ANOTHER));
        listener.accept(way("normal world to TA to pseudo TA", APPLICATION, BY_PSEUDO));
        listener.accept(pseudoTakesNothing());
        try (SharedMemory restricted = restricted();
                TeeSession session = tee.open(APPLICATION, Login.PUBLIC)) {
            long end = restricted.size();
            listener.accept(bounds(session, restricted, end - 1, 2));
            listener.accept(bounds(session, restricted, end - 1, size));
            listener.accept(bounds(session, restricted, end, 1));
            listener.accept(bounds(session, restricted, end, PAGE));
            listener.accept(bounds(session, restricted, 2, ALL_ONES));
            listener.accept(lastByte(session, restricted, end - 1));
        }
    }

    private SharedMemory restricted() {
        try (DmaBuf buffer = heap.allocate(size)) {
            return tee.register(buffer, Direction.INOUT);
        }
    }

    private SdpCase way(String name, UUID application, int first) {
        int payload = (int) (size - LARGEST_OFFSET);
        try (SharedMemory restricted = restricted();
                SharedMemory normal = tee.allocate(payload, Direction.INOUT);
                TeeSession session = tee.open(application, Login.PUBLIC)) {
            byte[] clear = new byte[payload];
            for (int loop = 1; loop <= loops; loop++) {
                random.nextBytes(clear);
                long offset = random.nextInt(LARGEST_OFFSET + 1);
                List<TeeResult> results = roundTrip(session, first, normal, restricted, offset, clear);
                TeeResult last = results.getLast();
                if (!last.isSuccess()) {
                    return new SdpCase(name, Verdict.REFUSED, Verdict.OK, "%s in loop %d: %s".formatted(
                            List.of("inject", "transform", "dump").get(results.size() - 1), loop, text(last)));
                }
                if (!isNegated(clear, segment(normal))) {
                    return new SdpCase(name, Verdict.WRONG, Verdict.OK, "other data came back in loop " + loop);
                }
            }
            return new SdpCase(name, Verdict.OK, Verdict.OK, "%d times %d bytes".formatted(loops, payload));
        }
    }

    /** The results up to the first that is no success. */
    private List<TeeResult> roundTrip(TeeSession session, int first, SharedMemory normal, SharedMemory restricted,
            long offset, byte... clear) {
        var there = new Param.Memory(restricted, offset, clear.length, Direction.INOUT);
        segment(normal).copyFrom(MemorySegment.ofArray(clear));
        TeeResult inject = session.invoke(first, new Param.Memory(normal, 0, clear.length, Direction.INPUT),
                new Param.Memory(restricted, offset, clear.length, Direction.OUTPUT));
        if (!inject.isSuccess()) {
            return List.of(inject);
        }
        TeeResult transform = session.invoke(first + TRANSFORM, there);
        if (!transform.isSuccess()) {
            return List.of(inject, transform);
        }
        segment(normal).fill((byte) 0);
        return List.of(inject, transform, session.invoke(first + DUMP,
                new Param.Memory(restricted, offset, clear.length, Direction.INPUT),
                new Param.Memory(normal, 0, clear.length, Direction.OUTPUT)));
    }

    private static boolean isNegated(byte[] clear, MemorySegment out) {
        byte[] expected = new byte[clear.length];
        for (int i = 0; i < clear.length; i++) {
            expected[i] = (byte) -clear[i];
        }
        return Arrays.equals(expected, out.asSlice(0, clear.length).toArray(ValueLayout.JAVA_BYTE));
    }

    private static MemorySegment segment(SharedMemory normal) {
        return normal.segment().orElseThrow(() -> new IllegalStateException("memory of both worlds has no segment"));
    }

    /** The pseudo TA runs in the core of the trusted OS: it takes restricted memory from other TAs only. */
    private SdpCase pseudoTakesNothing() {
        String name = "normal world to pseudo TA";
        try (SharedMemory restricted = restricted();
                SharedMemory normal = tee.allocate(PAGE, Direction.INOUT);
                TeeSession session = tee.open(PSEUDO, Login.PUBLIC)) {
            int length = (int) Math.min(PAGE, size);
            var in = new Param.Memory(normal, 0, length, Direction.INPUT);
            var out = new Param.Memory(normal, 0, length, Direction.OUTPUT);
            List<TeeResult> results = List.of(
                    session.invoke(PSEUDO_ITSELF, in, new Param.Memory(restricted, 0, length, Direction.OUTPUT)),
                    session.invoke(PSEUDO_ITSELF + TRANSFORM, Param.Memory.all(restricted)),
                    session.invoke(PSEUDO_ITSELF + DUMP,
                            new Param.Memory(restricted, 0, length, Direction.INPUT), out));
            return results.stream().filter(TeeResult::isSuccess).findFirst()
                    .map(taken -> new SdpCase(name, Verdict.OK, Verdict.REFUSED, "it took restricted memory"))
                    .orElseGet(() -> new SdpCase(name, Verdict.REFUSED, Verdict.REFUSED, text(results.getFirst())));
        }
    }

    private static SdpCase bounds(TeeSession session, SharedMemory restricted, long offset, long length) {
        String name = "out of bounds (offset %d, length %s)".formatted(
                offset, length == ALL_ONES ? "all ones" : Long.toString(length));
        return outcome(name, Verdict.REFUSED, () -> session.invoke(TRANSFORM,
                new Param.Memory(restricted, offset, length, Direction.INOUT)));
    }

    private static SdpCase lastByte(TeeSession session, SharedMemory restricted, long offset) {
        return outcome("within bounds (offset %d, length 1)".formatted(offset), Verdict.OK, () ->
                session.invoke(TRANSFORM, new Param.Memory(restricted, offset, 1, Direction.INOUT)));
    }

    private static SdpCase outcome(String name, Verdict expected, Supplier<TeeResult> call) {
        try {
            TeeResult result = call.get();
            if (result.isSuccess()) {
                return new SdpCase(name, Verdict.OK, expected, "the trusted application was reached");
            }
            boolean refused = result.origin() != TeeResult.Origin.TRUSTED_APPLICATION
                    && (result.code() == TeeCode.GENERIC || result.code() == TeeCode.BAD_PARAMETERS);
            return new SdpCase(name, refused ? Verdict.REFUSED : Verdict.WRONG, expected, text(result));
        } catch (HeapException e) {
            if (e.error() != HeapError.OUT_OF_BOUNDS) {
                throw e;
            }
            return new SdpCase(name, Verdict.REFUSED, expected, "before any call: " + e.why());
        }
    }

    private static String text(TeeResult result) {
        return TeeCode.name(result.code()) + " from " + switch (result.origin()) {
            case API -> "the client side";
            case COMMS -> "the way there";
            case TEE -> "the trusted OS";
            case TRUSTED_APPLICATION -> "the trusted application";
        };
    }
}
