// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.cloister.driver.panthor.GroupSettings;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private record Waiter(String name, int priority) {}

    private final Turns<Waiter> turns = new Turns<>(Waiter::priority);

    @Test
    void nobodyWaitsAndNobodyGetsATurn() {
        assertThat(turns.give(List.of())).isEmpty();
    }

    @Test
    void highestPriorityIsFirstAndEqualsAlternate() {
        Waiter low = new Waiter("low", 1);
        Waiter a = new Waiter("a", 7);
        Waiter b = new Waiter("b", 7);
        assertThat(turns.give(List.of(low, a, b))).contains(a);
        assertThat(turns.give(List.of(low, a, b))).contains(b);
        assertThat(turns.give(List.of(low, a, b))).contains(a);
        assertThat(turns.give(List.of(low))).contains(low);
    }

    @Test
    void whoWaitsRisesUntilItIsItsTurn() {
        Waiter low = new Waiter("low", 0);
        Waiter high = new Waiter("high", 3);
        for (int i = 0; i < 3; i++) {
            assertThat(turns.give(List.of(low, high))).contains(high);
        }
        assertThat(turns.give(List.of(low, high))).contains(low); // as high by now, and has waited longer
        assertThat(turns.give(List.of(low, high))).contains(high);
    }

    @Test
    void whoGoesAwayLosesWhatItWaited() {
        Waiter low = new Waiter("low", 0);
        Waiter high = new Waiter("high", 2);
        turns.give(List.of(low, high));
        turns.give(List.of(low, high));
        turns.give(List.of(high));
        assertThat(turns.give(List.of(low, high))).contains(high);
    }

    /** Whoever comes and goes, nobody waits for more turns than the highest priority and the number of all. */
    @Test
    void nobodyStarves() {
        long seed = Long.getLong("cloister.seed", 20261121);
        SplittableRandom random = new SplittableRandom(seed);
        List<Waiter> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(new Waiter("waiter " + i, i < 4 ? 0 : random.nextInt(GroupSettings.MAX_PRIORITY + 1)));
        }
        Map<Waiter, Integer> waited = new HashMap<>();
        for (int turn = 0; turn < 20_000; turn++) {
            List<Waiter> waiting = all.stream().filter(waiter ->
                    waited.getOrDefault(waiter, 0) > 0 || random.nextInt(3) > 0).toList();
            turns.give(waiting).ifPresent(next -> {
                waiting.forEach(waiter -> waited.merge(waiter, 1, Integer::sum));
                waited.remove(next);
            });
            assertThat(waited.values()).as("turn %d; again with -Dcloister.seed=%d", turn, seed)
                    .allMatch(count -> count <= GroupSettings.MAX_PRIORITY + all.size());
        }
    }
}
