// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.cloister.emulator.optee.testing.Seeds;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged recordings are replayed as far as they make sense, or refused with the line; nothing crashes or hangs. */
class TraceFuzzTest {
    private static final String ALPHABET = "0123456789abcdefPHLx:<> \t#-mg\u0000\u00e4";
    private static final int ROUNDS = 20;

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void damagedWireTracesAreReplayedOrRefused(long seed) {
        damaged("ffa-dyn.wire.txt", FirmwareModel.OPTEE_FFA, seed);
        damaged("smc-dyn.wire.txt", FirmwareModel.OPTEE_SMC, seed);
    }

    @ParameterizedTest
    @MethodSource("org.cloister.emulator.optee.testing.Seeds#seeds")
    void damagedVectorsAreReplayedOrRefused(long seed) {
        damaged("ffa-fragments.tsv", FirmwareModel.OPTEE_FFA, seed);
    }

    private static void damaged(String resource, FirmwareModel model, long seed) {
        var random = new SplittableRandom(seed);
        List<String> whole = GoldenTest.lines(resource);
        for (int round = 0; round < ROUNDS; round++) {
            List<String> damaged = damage(whole, random);
            Assertions.assertTimeoutPreemptively(Duration.ofSeconds(60), () -> replay(model, damaged),
                    () -> Seeds.rerun(TraceFuzzTest.class, seed));
        }
    }

    private static void replay(FirmwareModel model, List<String> lines) {
        try {
            ReplayResult result = new TraceReplay(model, call -> { }).replay("damaged", lines);
            assertThat(result.calls()).isPositive();
        } catch (HeapException refused) {
            assertThat(refused.error()).isEqualTo(HeapError.INVALID_ARGUMENT);
            assertThat(refused.which()).matches("line \\d+");
        }
    }

    private static List<String> damage(List<String> whole, SplittableRandom random) {
        List<String> lines = new ArrayList<>(whole);
        for (int i = random.nextInt(1, 6); i > 0 && !lines.isEmpty(); i--) {
            int at = random.nextInt(lines.size());
            switch (random.nextInt(5)) {
                case 0 -> lines.remove(at);
                case 1 -> lines.add(at, lines.get(random.nextInt(lines.size())));
                case 2 -> lines.set(at, lines.get(at).substring(0, random.nextInt(lines.get(at).length() + 1)));
                case 3 -> lines.set(at, hexadecimal(lines.get(at), random));
                default -> lines.set(at, character(lines.get(at), random));
            }
        }
        return lines;
    }

    /** Changes a digit, so that the line stays readable more often than not. */
    private static String hexadecimal(String line, SplittableRandom random) {
        for (int tries = 0; tries < 50 && !line.isEmpty(); tries++) {
            int at = random.nextInt(line.length());
            if (line.substring(at, at + 1).matches("[0-9a-f]")) {
                return line.substring(0, at) + Integer.toHexString(random.nextInt(16)) + line.substring(at + 1);
            }
        }
        return line;
    }

    private static String character(String line, SplittableRandom random) {
        int at = random.nextInt(line.length() + 1);
        char letter = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        return line.substring(0, at) + letter + line.substring(Math.min(at + 1, line.length()));
    }
}
