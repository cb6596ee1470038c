// SPDX-License-Identifier: Apache-2.0
package org.cloister.console.web.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.cloister.heap.Access;
import org.cloister.platform.inspect.BlockedAccess;
import org.junit.jupiter.api.Test;

class FaultTallyTest {
    private final FaultTally tally = new FaultTally();
    private long number;

    private void blocked(String who) {
        tally.add(new BlockedAccess(++number, 0, who, 0x1000 + number, 4, Access.READ, "region 1", "it may not"));
    }

    @Test
    void sumsUpWhatIsAlikeTheLatestFirst() {
        blocked("cpu");
        blocked("gpu");
        blocked("cpu");
        assertThat(tally.sums()).extracting(sum -> sum.key().initiator() + " " + sum.count() + " " + sum.last().number())
                .containsExactly("cpu 2 3", "gpu 1 2");
    }

    @Test
    void forgetsTheOldestWhenThereAreTooMany() {
        for (int i = 0; i < 10 * FaultTally.KEPT; i++) {
            blocked("dma" + i);
            blocked("cpu");
        }
        assertThat(tally.sums()).hasSize(FaultTally.KEPT);
        assertThat(tally.sums().getFirst().count()).as("who keeps trying is kept").isEqualTo(10L * FaultTally.KEPT);
    }
}
