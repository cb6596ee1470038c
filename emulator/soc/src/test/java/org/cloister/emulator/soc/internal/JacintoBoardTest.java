// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.emulator.soc.Refusals.assertFault;

import java.util.List;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.RegionBudget;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.PhysicalMemory;
import org.junit.jupiter.api.Test;

class JacintoBoardTest {
    private static final long VIDEO = 0xb000_0000L;
    private static final long VIDEO_SIZE = 64 << 20;

    @Test
    void theCarveOutIsForThePathOfProtectedVideoOnly() {
        try (PoweredSoc power = new SocBuilder(new JacintoBoard()).boot()) {
            Soc soc = power.soc();
            List<Access> rights = soc.initiators().stream()
                    .map(initiator -> soc.firewall().rights(initiator, VIDEO)).toList();
            assertThat(soc.initiators()).extracting(Initiator::name).containsExactly("cpu", "cpu-secure",
                    "video-decoder", "display", "display-external", "gpu", "eth-dma");
            assertThat(rights).containsExactly(Access.WRITE, Access.NONE, Access.READ_WRITE, Access.READ, Access.NONE,
                    Access.NONE, Access.NONE);
            for (String attacker : new String[] {"display-external", "gpu", "eth-dma"}) {
                PhysicalMemory memory = soc.memory(attacker);
                for (long address : new long[] {VIDEO, VIDEO + VIDEO_SIZE - 1}) {
                    assertFault(address, () -> memory.readByte(address), attacker, "secure-video@b0000000");
                    assertFault(address, () -> memory.writeByte(address, (byte) 0), attacker);
                }
                assertThat(memory.readByte(VIDEO - 1)).isZero();
                assertThat(memory.readByte(VIDEO + VIDEO_SIZE)).isZero();
            }
        }
    }

    @Test
    void whatTheCpuCannotReadIsRestrictedFromTheFirstByteToTheLast() {
        try (PoweredSoc power = new SocBuilder(new JacintoBoard()).boot()) {
            Soc soc = power.soc();
            Initiator decoder = soc.initiator("video-decoder");
            assertThat(soc.isRestricted(decoder, VIDEO, VIDEO_SIZE)).isTrue();
            assertThat(soc.isRestricted(decoder, VIDEO + VIDEO_SIZE - 1, 1)).isTrue();

            assertThat(soc.isRestricted(decoder, VIDEO - 1, 2)).as("begins before").isFalse();
            assertThat(soc.isRestricted(decoder, VIDEO + VIDEO_SIZE - 1, 2)).as("ends behind").isFalse();
            assertThat(soc.isRestricted(decoder, VIDEO - 1, VIDEO_SIZE + 2)).as("lies around").isFalse();
            assertThat(soc.isRestricted(decoder, VIDEO - 4096, 4096)).as("normal memory").isFalse();
            assertThat(soc.isRestricted(decoder, VIDEO, 0)).as("nothing").isFalse();
            assertThat(soc.isRestricted(decoder, VIDEO, Long.MAX_VALUE)).as("beyond all addresses").isFalse();
            assertThat(soc.isRestricted(decoder, -1, 1)).as("no address").isFalse();
        }
    }

    @Test
    void hasRegionsLeftAndTwoContiguousAreas() {
        try (PoweredSoc power = new SocBuilder(new JacintoBoard()).boot()) {
            assertThat(power.soc().firewall().budget()).isEqualTo(new RegionBudget(2, 14));
            assertThat(power.soc().contiguousAreas()).extracting(ContiguousArea::name)
                    .containsExactly("video@d0000000", "linux,cma");
            ContiguousArea cma = power.soc().contiguousAreas().getLast();
            PhysicalMemory cpu = power.soc().memory("cpu");
            long address = cma.allocate(1 << 20, 1 << 16);
            cpu.fill(address, 1 << 20, (byte) 1);
            cma.release(address);
        }
    }
}
