// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.Soc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.Property;
import org.cloister.platform.dt.ReservedRegion;
import org.junit.jupiter.api.Test;

class LabBoardTest {
    private static PoweredSoc on() {
        return new SocBuilder(new LabBoard()).firmware("optee", world -> () -> { }).firmware("psp", world -> () -> { })
                .firmware("memory-encryption", world -> () -> { }).boot();
    }

    @Test
    void offersEachUseCaseApart() {
        try (PoweredSoc power = on()) {
            Soc soc = power.soc();
            assertThat(soc.deviceTree().reservedMemory().regions().stream()
                    .flatMap(region -> region.node().property("cloister,use-case").stream())
                    .map(Property::string)).containsExactly("secure-video", "trusted-ui", "secure-video-record",
                            "keys");
            for (ReservedRegion region : soc.deviceTree().reservedMemory().regions()) {
                for (AddressRange range : region.reg()) {
                    boolean kept = region.node().has("cloister,grants");
                    Access cpu = soc.firewall().rights(soc.initiator(Initiator.CPU), range.base());
                    assertThat(cpu.reads()).as(region.name()).isNotEqualTo(kept);
                }
            }
        }
    }

    @Test
    void theNormalWorldHasNoRightsInSecureRam() {
        try (PoweredSoc power = on()) {
            Soc soc = power.soc();
            for (Initiator initiator : soc.initiators()) {
                assertThat(soc.firewall().rights(initiator, 0xe10_0000L))
                        .isEqualTo(initiator.secure() ? Access.READ_WRITE : Access.NONE);
            }
        }
    }
}
