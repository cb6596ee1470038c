// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.Refusals.assertRefused;
import static org.cloister.emulator.soc.firewall.internal.FirewallFixture.*;

import java.util.List;
import java.util.stream.IntStream;
import org.cloister.heap.HeapError;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;

class InitiatorsTest {
    @Test
    void areFoundByNameAndByValue() {
        assertThat(ALL.indexOf("display")).isEqualTo(3);
        assertThat(ALL.indexOf(DISPLAY)).isEqualTo(3);
        assertThat(ALL.get(3)).isEqualTo(DISPLAY);
    }

    @Test
    void oneIdMayBeUsedOnceInEachWorld() {
        assertThat(new Initiators(List.of(CPU, SECURE_CPU)).all()).hasSize(2);
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> new Initiators(List.of(CPU, new Initiator("other", 1, false))), "id 1 of other");
    }

    @Test
    void oneNameMayBeUsedOnce() {
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> new Initiators(List.of(CPU, new Initiator("cpu", 2, false))), "the name cpu");
    }

    @Test
    void thereAreAtMostSixtyFour() {
        List<Initiator> many = IntStream.range(0, 65).mapToObj(i -> new Initiator("i" + i, i, false)).toList();
        assertThat(new Initiators(many.subList(0, 64)).all()).hasSize(64);
        assertRefused(HeapError.INVALID_ARGUMENT, () -> new Initiators(many), "65 are more than 64");
    }

    @Test
    void strangersAreRefusedWithTheNamesThereAre() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> ALL.indexOf("toaster"), "toaster", "cpu, cpu-secure");
    }
}
