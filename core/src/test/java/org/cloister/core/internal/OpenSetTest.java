// SPDX-License-Identifier: Apache-2.0
package org.cloister.core.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OpenSetTest {
    private static final class Thing extends OpenSet.Member {}

    private final OpenSet<Thing> set = new OpenSet<>();

    @Test
    void membersComeAndGoOnce() {
        var thing = new Thing();
        assertThat(set.remove(thing)).isFalse();
        assertThat(set.add(thing)).isTrue();
        assertThat(set.size()).isOne();
        assertThat(set.remove(thing)).isTrue();
        assertThat(set.remove(thing)).isFalse();
        assertThat(set.size()).isZero();
        assertThat(set.add(thing)).as("it may come back").isTrue();
    }

    @Test
    void aClosedSetTakesNobodyAndLetsEverybodyGo() {
        var thing = new Thing();
        set.add(thing);
        assertThat(set.close()).containsExactly(thing);
        assertThat(set.add(new Thing())).isFalse();
        assertThat(set.close()).containsExactly(thing);
        assertThat(set.remove(thing)).isTrue();
        assertThat(set.close()).isEmpty();
    }

    @Test
    void aSnapshotDoesNotChange() {
        set.add(new Thing());
        List<Thing> before = set.snapshot();
        set.add(new Thing());
        assertThat(before).hasSize(1);
    }

    /** Compared with a set of the JDK's; {@code -Dcloister.seed=N} chooses another sequence. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void itIsASet(long standard) {
        long seed = Long.getLong("cloister.seed", standard);
        var random = new Random(seed);
        Set<Thing> model = Collections.newSetFromMap(new IdentityHashMap<>());
        var things = new ArrayList<Thing>();
        for (int i = 0; i < 200; i++) {
            things.add(new Thing());
        }
        for (int step = 0; step < 20_000; step++) {
            Thing thing = things.get(random.nextInt(things.size()));
            if (random.nextBoolean()) {
                assertThat(set.remove(thing)).as("seed %d step %d", seed, step).isEqualTo(model.remove(thing));
            } else if (model.add(thing)) {
                assertThat(set.add(thing)).isTrue();
            }
        }
        assertThat(set.size()).as("seed %d", seed).isEqualTo(model.size());
        assertThat(set.snapshot()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(model);
    }

    @Test
    void closingAndAddingMeet() throws Exception {
        try (var race = new Race()) {
            for (int round = 0; round < Race.ROUNDS; round++) {
                var contended = new OpenSet<Thing>();
                var thing = new Thing();
                var found = new AtomicInteger();
                List<Boolean> added = race.run(() -> contended.add(thing), () -> {
                    found.set(contended.close().size());
                    return true;
                });
                assertThat(found.get()).as("who was let in was seen").isEqualTo(added.getFirst() ? 1 : 0);
            }
        }
    }
}
