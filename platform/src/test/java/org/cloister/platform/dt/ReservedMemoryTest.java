// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.dt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.cloister.platform.dt.Trees.assertMalformed;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReservedMemoryTest {
    private final DeviceTree tree = Trees.tree();
    private final ReservedMemory reserved = tree.reservedMemory();
    private final Node codec = tree.find("/soc/codec").orElseThrow();

    /** A tree with one region {@code r}, under a parent of the given cell widths. */
    private static DeviceTree region(int addressCells, int sizeCells, Consumer<NodeBuilder> content) {
        return DeviceTree.read(new DeviceTreeBuilder().root(root -> root.node("reserved-memory", memory -> memory
                .cells("#address-cells", addressCells)
                .cells("#size-cells", sizeCells)
                .flag("ranges")
                .node("r", content))).build());
    }

    private static void refuse(DeviceTree tree, String property, String reason) {
        long offset = tree.find("/reserved-memory/r").flatMap(node -> node.property(property)).orElseThrow().offset();
        assertMalformed(offset, "/reserved-memory/r:%s %s".formatted(property, reason), tree::reservedMemory);
    }

    @Test
    void dynamicRegion() {
        ReservedRegion cma = reserved.region("linux,cma").orElseThrow();

        assertThat(cma.path()).isEqualTo("/reserved-memory/linux,cma");
        assertThat(cma.reg()).isEmpty();
        assertThat(cma.size()).isEqualTo(OptionalLong.of(0x1000_0000L));
        assertThat(cma.alignment()).isEqualTo(OptionalLong.of(0x40_0000L));
        assertThat(cma.allocRanges()).containsExactly(new AddressRange(0x4000_0000L, 0x4000_0000L));
        assertThat(cma.compatible()).containsExactly("shared-dma-pool");
        assertThat(cma.status()).isEqualTo("okay");
        assertThat(cma.reusable()).isTrue();
        assertThat(cma.noMap()).isFalse();
        assertThat(cma.cmaDefault()).isTrue();
        assertThat(cma.dmaDefault()).isFalse();
        assertThat(cma.isDynamic()).isTrue();
        assertThat(cma.isContiguousArea()).isTrue();
    }

    @Test
    void staticRegion() {
        ReservedRegion video = reserved.region("video@58000000").orElseThrow();

        assertThat(video.reg()).containsExactly(new AddressRange(Trees.VIDEO_BASE, 0x400_0000L));
        assertThat(video.size()).isEmpty();
        assertThat(video.alignment()).isEmpty();
        assertThat(video.allocRanges()).isEmpty();
        assertThat(video.compatible()).isEmpty();
        assertThat(video.noMap()).isTrue();
        assertThat(video.cmaDefault()).isFalse();
        assertThat(video.isDynamic()).isFalse();
        assertThat(video.isContiguousArea()).isFalse();
        assertThat(video.isEnabled()).isTrue();
    }

    @Test
    void disabledUnalignedEmptyAndHighRangesAreTold() {
        ReservedRegion log = reserved.region("log").orElseThrow();

        assertThat(log.status()).isEqualTo("disabled");
        assertThat(log.isEnabled()).isFalse();
        assertThat(log.reg()).containsExactly(
                new AddressRange(Trees.HIGH_BASE, 0x800), new AddressRange(Trees.HIGH_BASE + 0x1000, 0));
    }

    @Test
    void orderAndReservations() {
        assertThat(reserved.regions()).extracting(ReservedRegion::name)
                .containsExactly("linux,cma", "video@58000000", "log@120000000");
        assertThat(reserved.reservations()).containsExactly(new AddressRange(0x4000_0000L, 0x1000));
        assertThat(reserved.region("video@59000000")).isEmpty();
    }

    @Test
    void treeWithoutReservedMemory() {
        DeviceTree bare = DeviceTree.read(new DeviceTreeBuilder().build());

        assertThat(bare.reservedMemory().regions()).isEmpty();
        assertThat(bare.reservedMemory().reservations()).isEmpty();
    }

    @Test
    void mixedCellWidths() {
        AddressRange range = new AddressRange(0x9000_0000L, 0x1000);

        assertThat(region(1, 1, r -> r.reg(range)).reservedMemory().regions().getFirst().reg()).containsExactly(range);
        assertThat(region(2, 1, r -> r.reg(range)).reservedMemory().regions().getFirst().reg()).containsExactly(range);
        assertThat(region(1, 2, r -> r.reg(range)).reservedMemory().regions().getFirst().reg()).containsExactly(range);
    }

    @Test
    void alignmentMayBeNarrowerThanTheParentSays() {
        ReservedRegion region = region(2, 2, r -> r.longs("size", 0x1000).cells("alignment", 0x1000))
                .reservedMemory().regions().getFirst();

        assertThat(region.alignment()).isEqualTo(OptionalLong.of(0x1000));
    }

    @Test
    void defaultCoherentPool() {
        assertThat(region(1, 1, r -> r.flag("linux,dma-default")).reservedMemory().regions().getFirst().dmaDefault())
                .isTrue();
    }

    @Test
    void malformedProperties() {
        refuse(region(2, 2, r -> r.cells("reg", 1, 2, 3)), "reg", "has 3 cells");
        refuse(region(2, 2, r -> r.bytes("size", (byte) 1)), "size", "has 1 bytes");
        refuse(region(2, 2, r -> r.flag("size")), "size", "is empty");
        refuse(region(2, 2, r -> r.cells("alignment", 1, 0, 0)), "alignment", "has a number of 3 cells");
        refuse(region(2, 2, r -> r.cells("alloc-ranges", 1)), "alloc-ranges", "has 1 cells");
        refuse(region(2, 2, r -> r.longs("reg", 2, -1)), "reg", "has a range");
        refuse(region(2, 2, r -> r.bytes("compatible", (byte) 'x')), "compatible", "ends inside a string");
        refuse(region(2, 2, r -> r.strings("status", "okay", "disabled")), "status", "has 2 strings");
    }

    @Test
    void regionsOfADevice() {
        assertThat(reserved.regionsOf(codec)).extracting(ReservedRegion::name)
                .containsExactly("log@120000000", "video@58000000");
        assertThat(reserved.regionOf(codec, "frames")).map(ReservedRegion::name).contains("video@58000000");
        assertThat(reserved.regionOf(codec, "stream")).isEmpty();
        assertThat(reserved.regionsOf(tree.root())).isEmpty();
        assertThat(reserved.regionOf(tree.root(), "frames")).isEmpty();
    }

    @Test
    void deviceThatRefersToNoRegion() {
        for (long phandle : List.of(0L, 9L, 0xffff_ffffL)) {
            DeviceTree damaged = region(1, 1, r -> r.cells("memory-region", phandle));
            Node device = damaged.find("/reserved-memory/r").orElseThrow();

            assertMalformed(device.property("memory-region").orElseThrow().offset(), "which is no reserved region",
                    () -> damaged.reservedMemory().regionsOf(device));
        }
    }

    @Test
    void moreNamesThanRegions() {
        DeviceTree damaged = region(1, 1,
                r -> r.cells("phandle", 1).cells("memory-region", 1).strings("memory-region-names", "a", "b"));
        Node device = damaged.find("/reserved-memory/r").orElseThrow();

        assertMalformed(device.property("memory-region-names").orElseThrow().offset(),
                "names \"b\", but there are 1 regions", () -> damaged.reservedMemory().regionOf(device, "b"));
        assertThat(damaged.reservedMemory().regionOf(device, "a")).isPresent();
    }
}
