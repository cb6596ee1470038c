// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.firewall.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LeaseSlotsTest {
    private final LeaseSlots slots = new LeaseSlots();

    @Test
    void holdsWhatWasClaimedUntilItIsReleased() {
        int one = slots.claim(11, 0);
        int two = slots.claim(22, 0);
        assertThat(held()).containsExactlyInAnyOrder(11L, 22L);
        slots.release(one);
        assertThat(held()).containsExactly(22L);
        slots.release(two);
        assertThat(held()).isEmpty();
    }

    @Test
    void growsAsFarAsNeededAndGivesNoSlotTwice() {
        Set<Integer> claimed = new HashSet<>();
        for (int i = 1; i <= 2_000; i++) {
            assertThat(claimed.add(slots.claim(i, 5))).isTrue();
        }
        assertThat(held()).hasSize(2_000).containsAll(LongStream.rangeClosed(1, 2_000).boxed().toList());
        claimed.forEach(slots::release);
        assertThat(held()).isEmpty();
    }

    @Test
    void usesAFreedSlotAgain() {
        int first = slots.claim(1, 3);
        slots.release(first);
        assertThat(slots.claim(2, 3)).isEqualTo(first);
    }

    @Test
    void takesAnyHint() {
        for (int hint : new int[] {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            slots.release(slots.claim(1, hint));
        }
        assertThat(held()).isEmpty();
    }

    @Test
    void aScanStaysWithASlotUntilItIsSettled() {
        int slot = slots.claim(7, 0);
        List<Long> asked = new ArrayList<>();
        slots.scan(word -> {
            asked.add(word);
            if (asked.size() == 3) {
                slots.release(slot);
            }
            return false;
        });
        assertThat(asked).containsExactly(7L, 7L, 7L);
    }

    private List<Long> held() {
        List<Long> words = new ArrayList<>();
        slots.scan(words::add);
        return words;
    }
}
