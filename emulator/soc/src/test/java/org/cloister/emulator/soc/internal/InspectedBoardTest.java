// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.cloister.emulator.soc.PoweredSoc;
import org.cloister.emulator.soc.SocBuilder;
import org.cloister.heap.Access;
import org.cloister.platform.BusFault;
import org.cloister.platform.inspect.BlockedAccess;
import org.cloister.platform.inspect.BoardView;
import org.cloister.platform.inspect.MemoryArea;
import org.cloister.platform.inspect.RegionView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InspectedBoardTest {
    private static final long CARVE_OUT = 0xb000_0000L;

    private final PoweredSoc power = new SocBuilder(new LabBoard()).firmware("optee", world -> () -> { })
            .firmware("psp", world -> () -> { }).firmware("memory-encryption", world -> () -> { }).boot();
    private final BoardView view = new InspectedBoard(power.soc());

    @AfterEach
    void switchOff() {
        power.close();
    }

    @Test
    void tellsMemoryAsTheTreeDoes() {
        assertThat(view.board()).isEqualTo("lab");
        assertThat(view.firewall()).isEqualTo("lab");
        assertThat(view.areas()).isSortedAccordingTo((a, b) -> Long.compare(a.base(), b.base()));
        assertThat(view.areas()).extracting(MemoryArea::kind)
                .containsOnlyOnce(MemoryArea.Kind.NORMAL, MemoryArea.Kind.SECURE)
                .contains(MemoryArea.Kind.RESERVED, MemoryArea.Kind.CONTIGUOUS);
        assertThat(view.areas()).filteredOn(area -> area.base() == CARVE_OUT).singleElement()
                .satisfies(area -> assertThat(area.size()).isEqualTo(128L << 20));
        assertThat(view.areas()).filteredOn(area -> area.kind() == MemoryArea.Kind.CONTIGUOUS)
                .as("each once, with the place it was given at boot").doesNotHaveDuplicates()
                .hasSameSizeAs(power.soc().contiguousAreas());
    }

    @Test
    void tellsWhoMayDoWhatForEachInitiator() {
        RegionView region = view.regions().stream().filter(one -> one.base() == CARVE_OUT).findFirst().orElseThrow();
        assertThat(region.rights().keySet()).containsExactlyElementsOf(
                view.initiators().stream().map(one -> one.name()).toList());
        assertThat(region.rights()).containsEntry("cpu", Access.WRITE).containsEntry("display", Access.READ)
                .containsEntry("camera", Access.NONE);
    }

    @Test
    void tellsWhatWasBlockedUntilNobodyListens() {
        List<BlockedAccess> heard = new ArrayList<>();
        BoardView.Listening listening = view.listen(heard::add);
        attack();
        assertThat(heard).singleElement().satisfies(fault -> {
            assertThat(fault.initiator()).isEqualTo("cpu");
            assertThat(fault.address()).isEqualTo(CARVE_OUT);
            assertThat(fault.access()).isEqualTo(Access.READ);
            assertThat(fault.region()).contains("secure-video");
        });
        assertThat(view.latestFaults()).isEqualTo(heard);
        listening.close();
        listening.close();
        attack();
        assertThat(heard).hasSize(1);
        assertThat(view.faults()).isEqualTo(2);
    }

    private void attack() {
        assertThatExceptionOfType(BusFault.class)
                .isThrownBy(() -> power.soc().memory("cpu").readInt(CARVE_OUT));
    }
}
