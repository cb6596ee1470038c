// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.bus.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.soc.Fault;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.StepClock;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;

class FaultRecorderTest {
    private static final Initiator CPU = new Initiator("cpu", 1, false);
    private static final Initiator DMA = new Initiator("dma", 2, false);

    private final StepClock clock = new StepClock();
    private final FaultRecorder faults = new FaultRecorder(3, clock);
    private final List<Fault> heard = new ArrayList<>();

    @Test
    void recordsWhoWhereWhyAndWhichRegion() {
        clock.advance(Duration.ofMillis(5));
        BusFault thrown = faults.record(CPU, 0x1000, 4, Access.READ, "region 1 (video)", "it grants cpu NONE there");
        assertThat(faults.latest()).containsExactly(new Fault(1, 5_000_000, CPU, 0x1000, 4, Access.READ,
                "region 1 (video)", "it grants cpu NONE there"));
        assertThat(thrown).hasMessageContainingAll("cpu", "READ of 4 bytes", "0x1000", "region 1 (video)", "NONE");
    }

    @Test
    void keepsTheLatestAndCountsAll() {
        for (int i = 0; i < 5; i++) {
            fault(i % 2 == 0 ? CPU : DMA, i);
        }
        assertThat(faults.latest()).extracting(Fault::number).containsExactly(3L, 4L, 5L);
        assertThat(faults.capacity()).isEqualTo(3);
        assertThat(faults.count()).isEqualTo(5);
        assertThat(faults.count(CPU)).isEqualTo(3);
        assertThat(faults.count(DMA)).isEqualTo(2);
        assertThat(faults.count(new Initiator("gpu", 3, false))).isZero();
    }

    @Test
    void tellsListenersUntilTheyStop() {
        Registration listening = faults.listen(heard::add);
        fault(CPU, 1);
        listening.close();
        listening.close();
        fault(CPU, 2);
        assertThat(heard).extracting(Fault::address).containsExactly(1L);
    }

    @Test
    void oneConsumerMayListenTwice() {
        Registration one = faults.listen(heard::add);
        faults.listen(heard::add);
        one.close();
        fault(CPU, 1);
        assertThat(heard).hasSize(1);
    }

    @Test
    void aListenerThatFailsHarmsNobody() {
        faults.listen(fault -> {
            throw new IllegalStateException("deaf");
        });
        faults.listen(heard::add);
        assertThat(fault(CPU, 1)).isInstanceOf(BusFault.class);
        assertThat(heard).hasSize(1);
    }

    @Test
    void aListenerMayLookAtTheLog() {
        faults.listen(fault -> assertThat(faults.latest()).contains(fault));
        faults.listen(heard::add);
        fault(CPU, 1);
        assertThat(heard).hasSize(1);
    }

    private BusFault fault(Initiator initiator, long address) {
        return faults.record(initiator, address, 1, Access.WRITE, "no region", "nothing is there");
    }
}
