// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.heap.UseCase;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.DeviceTreeBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AreaPlacementTest {
    private static final long RAM = 0x8000_0000L;
    private static final long MIB = 1 << 20;

    private final BoardBuilder board = new BoardBuilder("test", "").ram(RAM, 256 * MIB);

    @Test
    void areasWithAPlaceAreThere() {
        board.contiguousArea("video", RAM + 16 * MIB, 32 * MIB).contiguousArea("camera", RAM + 64 * MIB, 16 * MIB);
        List<ContiguousArea> areas = areas();
        assertThat(areas).extracting(ContiguousArea::name).containsExactly("video@81000000", "camera@84000000");
        assertThat(areas.getFirst().base()).isEqualTo(RAM + 16 * MIB);
        assertThat(areas.getFirst().size()).isEqualTo(32 * MIB);
        assertThat(areas.getFirst().free()).isEqualTo(32 * MIB);
        assertThat(areas.getFirst().isDefault()).isFalse();
    }

    @Test
    void anAreaWithoutAPlaceGoesToTheTop() {
        dynamic("pool", 8 * MIB, 4 * MIB);
        assertThat(areas()).extracting(ContiguousArea::base).containsExactly(RAM + 248 * MIB);
    }

    @Test
    void theDefaultAreaLiesWhereItMay() {
        board.defaultContiguousArea(32 * MIB, new AddressRange(RAM + 3 * MIB, 64 * MIB));
        ContiguousArea area = areas().getFirst();
        assertThat(area.isDefault()).isTrue();
        assertThat(area.name()).isEqualTo("linux,cma");
        assertThat(area.base()).isEqualTo(RAM + 34 * MIB);
    }

    @Test
    void placesAreFoundBetweenWhatIsThere() {
        board.carveOut("top", RAM + 240 * MIB, 16 * MIB, UseCase.SECURE_VIDEO, "cpu:w")
                .contiguousArea("fixed", RAM + 216 * MIB, 16 * MIB)
                .reserved("vendor@8d000000", node -> node.reg(new AddressRange(RAM + 208 * MIB, 4096)).flag("no-map"));
        dynamic("small", 8 * MIB, 0);
        dynamic("middle", 7 * MIB, 2 * MIB);
        dynamic("large", 10 * MIB, 16 * MIB);
        assertThat(areas()).extracting(ContiguousArea::name, ContiguousArea::base).containsExactly(
                tuple("fixed@8d800000", RAM + 216 * MIB),
                tuple("small", RAM + 232 * MIB),
                tuple("middle", RAM + 200 * MIB),
                tuple("large", RAM + 176 * MIB));
    }

    @Test
    void theReservationMapIsKeptFree() {
        DeviceTree tree = DeviceTree.read(new DeviceTreeBuilder()
                .reserve(new AddressRange(RAM + 250 * MIB, 6 * MIB))
                .root(root -> root.cells("#address-cells", 2).cells("#size-cells", 2)
                        .node("memory@80000000", memory -> memory.strings("device_type", "memory")
                                .reg(new AddressRange(RAM, 256 * MIB)))
                        .node("reserved-memory", reserved -> reserved
                                .cells("#address-cells", 2).cells("#size-cells", 2).flag("ranges")
                                .node("pool", node -> node.strings("compatible", "shared-dma-pool").flag("reusable")
                                        .longs("size", 4 * MIB))))
                .build());
        assertThat(AreaPlacement.of(BoardPlan.of(Board.of("reserved", tree)), new AreaReleases()))
                .extracting(ContiguousArea::base).containsExactly(RAM + 246 * MIB);
    }

    @Test
    void sizesAreRoundedUpToPageBlocks() {
        dynamic("odd", 3 * MIB + 1, 0);
        assertThat(areas()).extracting(ContiguousArea::size).containsExactly(4 * MIB);
    }

    @Test
    void anAreaThatOverlapsIsLeftOut() {
        board.contiguousArea("one", RAM + 16 * MIB, 32 * MIB).contiguousArea("two", RAM + 32 * MIB, 32 * MIB)
                .contiguousArea("three", RAM + 128 * MIB, 2 * MIB)
                .carveOut("video", RAM + 128 * MIB, MIB, UseCase.SECURE_VIDEO, "cpu:w");
        assertThat(areas()).isEmpty();
    }

    @Test
    void anAreaOutsideNormalRamIsLeftOut() {
        board.secureRam(RAM - 64 * MIB, 64 * MIB)
                .contiguousArea("below", RAM - 4 * MIB, 4 * MIB)
                .contiguousArea("across", RAM - 2 * MIB, 4 * MIB)
                .contiguousArea("beyond", RAM + 255 * MIB, 2 * MIB)
                .contiguousArea("empty", RAM, 0);
        assertThat(areas()).isEmpty();
    }

    @Test
    void anAreaThatIsNotInPageBlocksIsLeftOut() {
        board.contiguousArea("base", RAM + MIB, 4 * MIB).contiguousArea("size", RAM + 16 * MIB, 4 * MIB - 4096);
        assertThat(areas()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 257L << 20, 1L << 62, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void aSizeThatCannotBeHadIsLeftOut(long size) {
        dynamic("pool", size, 0);
        assertThat(areas()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {3 << 20, -1, 1L << 40, Long.MIN_VALUE})
    void anAlignmentThatCannotBeHadIsLeftOut(long alignment) {
        dynamic("pool", 2 * MIB, alignment);
        assertThat(areas()).isEmpty();
    }

    @Test
    void anAreaThatMayLieNowhereIsLeftOut() {
        board.defaultContiguousArea(32 * MIB, new AddressRange(0, RAM));
        assertThat(areas()).isEmpty();
        board.defaultContiguousArea(32 * MIB, new AddressRange(RAM, 31 * MIB));
        assertThat(areas()).isEmpty();
    }

    @Test
    void otherReservedMemoryIsNoArea() {
        board.reserved("plain@88000000", node -> node.reg(new AddressRange(RAM + 128 * MIB, MIB)))
                .reserved("coherent@89000000", node -> node.strings("compatible", "shared-dma-pool").flag("no-map")
                        .reg(new AddressRange(RAM + 144 * MIB, 2 * MIB)))
                .reserved("off@8a000000", node -> node.strings("compatible", "shared-dma-pool").flag("reusable")
                        .strings("status", "disabled").reg(new AddressRange(RAM + 160 * MIB, 2 * MIB)));
        assertThat(areas()).isEmpty();
    }

    private void dynamic(String name, long size, long alignment) {
        board.reserved(name, node -> {
            node.strings("compatible", "shared-dma-pool").flag("reusable").longs("size", size);
            if (alignment != 0) {
                node.longs("alignment", alignment);
            }
        });
    }

    private List<ContiguousArea> areas() {
        return AreaPlacement.of(BoardPlan.of(board.build()), new AreaReleases());
    }
}
