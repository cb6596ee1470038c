// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.mtk.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SecureWorld;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.platform.BusFault;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.junit.jupiter.api.Test;

/** The board, before any application runs. */
class Mt8195BoardTest {
    private static final long CARVE_OUT = 0xa000_0000L;

    @Test
    void sixRangesAreLeftAndTheCarveOutIsShut() {
        List<SecureWorld> worlds = new ArrayList<>();
        try (PoweredSoc power = new SocBuilder(new Mt8195Board()).firmware("optee", world -> {
            worlds.add(world);
            return () -> { };
        }).boot()) {
            Soc soc = power.soc();
            assertThat(soc.firewall().budget().left()).isEqualTo(6);
            assertThat(soc.contiguousAreas()).extracting(ContiguousArea::name)
                    .containsExactlyInAnyOrder("linux,cma", "restricted-cma@80000000");
            MemorySegment bytes = MemorySegment.ofArray(new byte[16]);
            soc.memory("video-decoder").write(CARVE_OUT, bytes);
            soc.memory("display").read(CARVE_OUT, bytes);
            for (String intruder : List.of(Initiator.CPU, "eth-dma", "display-external")) {
                assertThatExceptionOfType(BusFault.class)
                        .isThrownBy(() -> soc.memory(intruder).read(CARVE_OUT, bytes));
                assertThatExceptionOfType(BusFault.class)
                        .isThrownBy(() -> soc.memory(intruder).write(CARVE_OUT, bytes));
            }
        }
    }
}
