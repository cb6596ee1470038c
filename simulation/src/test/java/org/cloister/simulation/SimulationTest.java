// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every promise is kept, and the same seed gives the same run. One seed: {@code ./cloister simulate --first N --seeds 1}. */
class SimulationTest {
    private static final long STEPS = 2500;

    /** All boards in all moods. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23})
    @Timeout(120)
    void everyPromiseIsKept(long seed) {
        Simulation.Outcome outcome = Simulation.run(seed, STEPS, Hooks.NONE, Optional.empty());
        assertThat(outcome.violation()).as("./cloister simulate --seeds 1 --first %d --steps %d", seed, STEPS).isEmpty();
        assertThat(outcome.steps()).isGreaterThanOrEqualTo(STEPS);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 7, 9})
    @Timeout(120)
    void theSameSeedGivesTheSameRunInAnotherProcess(long seed, @TempDir Path folder) throws Exception {
        Path there = folder.resolve("trace");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), Simulate.class.getName(), "--seeds", "1",
                "--first", Long.toString(seed), "--steps", Long.toString(STEPS), "--trace", there.toString(), "--json")
                .redirectError(folder.resolve("errors").toFile()).start();
        var here = new StringBuilder();
        Simulation.Outcome outcome = Simulation.run(seed, STEPS, Hooks.NONE, Optional.of(here));
        String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(there)).as("trace").isEqualTo(here.toString());
        assertThat(here).hasSizeGreaterThan(10_000);
        assertThat(report).isEqualTo("{\"seeds\": 1, \"steps\": %d, \"violations\": 0}%n".formatted(outcome.steps()));
    }

    @Test
    void anotherSeedGivesAnotherRun() {
        assertThat(Simulation.run(12, 300, Hooks.NONE, Optional.empty()).sum())
                .isNotEqualTo(Simulation.run(24, 300, Hooks.NONE, Optional.empty()).sum());
    }

    @Test
    void badUsageIsRefusedInASentence() {
        for (var wrong : List.of(List.of("--seeds"), List.of("--seeds", "0"), List.of("--steps", "many"),
                List.of("--frist", "1"), List.of("--trace", "t"))) {
            assertThat(catchThrowable(() -> Simulate.Arguments.of(wrong)))
                    .as("%s", wrong).isInstanceOf(IllegalArgumentException.class).hasMessageNotContainingAny("Exception");
        }
    }
}
