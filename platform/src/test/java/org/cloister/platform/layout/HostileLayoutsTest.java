// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Structures of random bytes at random places, with counts that are right, nearly right, or anything: what a checked
 * count allows can be read to its end, all else is refused with -1, and reading changes nothing.
 */
class HostileLayoutsTest {
    private static final int STRUCTURES = 20_000;
    private static final int ROOM = 4096 + 64;
    private static final int[] COUNTS = {0, 1, 2, 126, 127, 128, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 27,
        1 << 29, 0x2000_0001};

    static LongStream seeds() {
        Long chosen = Long.getLong("cloister.seed");
        return chosen == null ? LongStream.rangeClosed(1, 5) : LongStream.of(chosen);
    }

    private static String rerun(long seed) {
        return "seed %d; rerun: mvn -pl platform -am test -Dtest=HostileLayoutsTest ".formatted(seed)
                + "-Dsurefire.failIfNoSpecifiedTests=false -Dcloister.seed=" + seed;
    }

    private static int count(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> random.nextInt(130);
            case 1 -> COUNTS[random.nextInt(COUNTS.length)];
            default -> random.nextInt();
        };
    }

    private static long place(SplittableRandom random, long end) {
        return random.nextInt(8) == 0 ? random.nextLong() : random.nextLong(-2, end + 2);
    }

    private static byte[] bytes(SplittableRandom random) {
        byte[] bytes = new byte[random.nextInt(ROOM)];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void messages(long seed) {
        var random = new SplittableRandom(seed);
        int allowed = 0;
        for (int i = 0; i < STRUCTURES; i++) {
            byte[] bytes = bytes(random);
            MemorySegment memory = MemorySegment.ofArray(bytes);
            long at = place(random, bytes.length);
            long length = place(random, bytes.length);
            int count = count(random);
            boolean header = at >= 0 && at <= bytes.length - OpteeMessage.SIZE;
            if (header) {
                memory.set(ValueLayout.JAVA_INT_UNALIGNED, at + OpteeMessage.SIZE - 4, count);
            }
            byte[] before = bytes.clone();

            int checked = OpteeMessage.checkedParamCount(memory, at, length);

            boolean fits = header && length >= 0 && length <= bytes.length - at && count >= 0
                    && count <= OpteeMessage.MAX_PARAMS && 32 + 32L * count <= length;
            assertThat(checked).as(rerun(seed)).isEqualTo(fits ? count : -1);
            for (int parameter = 0; parameter < checked; parameter++) {
                long place = OpteeMessage.paramAt(at, parameter);
                OpteeParameter.type(memory, place);
                OpteeParameter.attributes(memory, place);
                OpteeParameter.address(memory, place);
                OpteeParameter.size(memory, place);
                OpteeParameter.sharedOffset(memory, place);
                OpteeParameter.internalOffset(memory, place);
                OpteeParameter.reference(memory, place);
            }
            allowed += checked >= 0 ? 1 : 0;
            assertThat(bytes).as(rerun(seed)).isEqualTo(before);
        }
        assertThat(allowed).as(rerun(seed)).isBetween(STRUCTURES / 100, STRUCTURES - 1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void samples(long seed) {
        var random = new SplittableRandom(seed);
        int allowed = 0;
        for (int i = 0; i < STRUCTURES; i++) {
            byte[] bytes = bytes(random);
            MemorySegment memory = MemorySegment.ofArray(bytes);
            long at = place(random, bytes.length);
            long length = place(random, bytes.length);
            int count = count(random);
            int reserved = random.nextInt(4) == 0 ? random.nextInt() : 0;
            boolean header = at >= 0 && at <= bytes.length - ContentSample.HEADER_SIZE;
            if (header) {
                memory.set(ValueLayout.JAVA_INT_UNALIGNED, at + 32, count);
                memory.set(ValueLayout.JAVA_INT_UNALIGNED, at + 36, reserved);
            }
            byte[] before = bytes.clone();

            int checked = ContentSample.checkedSubsampleCount(memory, at, length);

            boolean fits = header && length >= 0 && length <= bytes.length - at && count >= 0 && reserved == 0
                    && 40 + 8L * count <= length;
            assertThat(checked).as(rerun(seed)).isEqualTo(fits ? count : -1);
            for (int subsample = 0; subsample < checked; subsample++) {
                ContentSample.clear(memory, at, subsample);
                ContentSample.encrypted(memory, at, subsample);
            }
            if (checked >= 0) {
                ContentSample.keyId(memory, at);
                ContentSample.ivHigh(memory, at);
                ContentSample.ivLow(memory, at);
                allowed++;
            }
            assertThat(bytes).as(rerun(seed)).isEqualTo(before);
        }
        assertThat(allowed).as(rerun(seed)).isBetween(STRUCTURES / 100, STRUCTURES - 1);
    }
}
