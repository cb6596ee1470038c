// SPDX-License-Identifier: Apache-2.0
package org.cloister.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An auditor that finds nothing may be blind: each promise is broken on purpose, and it must see that. */
class SeededBugsTest {
    private static final long SEEDS = 64;
    private static final long STEPS = 12_000;

    @ParameterizedTest
    @EnumSource(SeededBug.class)
    @Timeout(120)
    void isFound(SeededBug bug) {
        assertThat(LongStream.range(0, SEEDS)
                .mapToObj(seed -> Simulation.run(seed, STEPS, bug.hooks(), Optional.empty()).violation())
                .flatMap(found -> found.stream().map(Violation::promise))
                .anyMatch(promise -> promise == bug.promise()))
                .as("one of %d runs ends as promise %d is seen to be broken by %s", SEEDS, bug.promise(), bug).isTrue();
    }
}
