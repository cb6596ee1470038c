// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.cloister.emulator.soc.Refusals.assertRefused;

import java.util.Map;
import java.util.function.Consumer;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardBuilder;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.Rights;
import org.cloister.heap.Access;
import org.cloister.heap.HeapError;
import org.cloister.heap.UseCase;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.DeviceTreeBuilder;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.NodeBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoardPlanTest {
    private static final long RAM = 0x8000_0000L;
    private static final long MIB = 1 << 20;

    private final BoardBuilder board = new BoardBuilder("test", "a board for tests");

    @Test
    void readsWhatABoardIsMadeOf() {
        BoardPlan plan = BoardPlan.of(board.firewall("k3").cpu(7)
                .ram(RAM, 64 * MIB).secureRam(0x1000_0000L, 16 * MIB)
                .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
                .carveOut("video", RAM + MIB, MIB, UseCase.SECURE_VIDEO, "cpu:w", "video-decoder:rw")
                .firmware("second", node -> { }).firmware("first", node -> { })
                .build());
        Initiator cpu = new Initiator("cpu", 7, false);
        Initiator decoder = new Initiator("video-decoder", 2, false);
        assertThat(plan.name()).isEqualTo("test");
        assertThat(plan.profile().name()).isEqualTo("k3");
        assertThat(plan.initiators().all()).containsExactly(cpu, new Initiator("cpu-secure", 7, true), decoder);
        assertThat(plan.firmware()).containsExactly("second", "first");
        assertThat(plan.banks()).containsExactly(
                new MemoryBank("memory@80000000", MemoryBank.Kind.NORMAL, new AddressRange(RAM, 64 * MIB),
                        new Rights(Access.READ_WRITE, Access.READ_WRITE, Map.of())),
                new MemoryBank("secram@10000000", MemoryBank.Kind.SECURE, new AddressRange(0x1000_0000L, 16 * MIB),
                        new Rights(Access.NONE, Access.READ_WRITE, Map.of())),
                new MemoryBank("video@80100000", MemoryBank.Kind.CARVE_OUT, new AddressRange(RAM + MIB, MIB),
                        Rights.of(Map.of(cpu, Access.WRITE, decoder, Access.READ_WRITE))));
    }

    @Test
    void whoIsInProtectedModeReadsNormalRamAndDoesNotWriteIt() {
        BoardPlan plan = BoardPlan.of(new BoardBuilder("test", "test").ram(RAM, 64 * MIB)
                .maliGpu(0x500_0000L, 60, 5, 10).build());
        Initiator restricted = new Initiator("gpu-protected", 10, false);
        assertThat(plan.initiators().all()).contains(new Initiator("gpu", 5, false), restricted);
        assertThat(plan.banks().getFirst().rights()).isEqualTo(new Rights(Access.NONE, Access.READ_WRITE, Map.of(
                new Initiator("cpu", 0, false), Access.READ_WRITE, new Initiator("gpu", 5, false), Access.READ_WRITE,
                restricted, Access.READ)));
    }

    @Test
    void aTreeWithoutAWordForTheEmulatorIsABoardToo() {
        Board plain = Board.of("plain", DeviceTree.read(new DeviceTreeBuilder().root(root -> root
                .cells("#address-cells", 2).cells("#size-cells", 2)
                .node("memory@40000000", memory -> memory.strings("device_type", "memory")
                        .reg(new AddressRange(0x4000_0000L, MIB), new AddressRange(0x6000_0000L, MIB)))).build()));
        BoardPlan plan = BoardPlan.of(plain);
        assertThat(plan.profile().name()).isEqualTo("lab");
        assertThat(plan.initiators().all()).extracting(Initiator::id).containsExactly(0, 0);
        assertThat(plan.banks()).extracting(MemoryBank::name)
                .containsExactly("memory@40000000", "memory@40000000#1");
    }

    @Test
    void memoryThatNeitherWorldHasIsLeftOut() {
        BoardPlan plan = BoardPlan.of(board.ram(RAM, MIB)
                .root(root -> root.node("memory@0", memory -> memory.strings("device_type", "memory")
                        .strings("status", "disabled").reg(new AddressRange(0, MIB))))
                .build());
        assertThat(plan.banks()).hasSize(1);
    }

    @Test
    void severalDevicesMayBeOneInitiator() {
        BoardPlan plan = BoardPlan.of(board.ram(RAM, MIB).device("dma", 0x1000, 0x1000, 1, 4)
                .device("dma", 0x2000, 0x1000, 2, 4).build());
        assertThat(plan.initiators().all()).extracting(Initiator::name).containsExactly("cpu", "cpu-secure", "dma");
    }

    @Test
    void firmwareThatIsDisabledIsNotBooted() {
        assertThat(BoardPlan.of(board.ram(RAM, MIB)
                .firmware("optee", node -> node.strings("status", "disabled")).build()).firmware()).isEmpty();
    }

    @Test
    void refusesABoardWithoutMemory() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.build()), "no memory");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.ram(RAM, 0).build()), "no memory");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(
                new BoardBuilder("secure", "").secureRam(RAM, MIB).build()), "no memory");
    }

    @Test
    void refusesMemoryThatIsNotInPages() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.ram(RAM + 512, MIB).build()),
                "/memory@80000200", "whole pages");
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 46, (1L << 46) - 4096, 1L << 62, -(1L << 40)})
    void refusesMemoryBeyondTheAddressSpace(long base) {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.ram(base, MIB).build()), "46 bits");
    }

    @Test
    void refusesAProfileThatIsNotThere() {
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> BoardPlan.of(board.firewall("moat").ram(RAM, MIB).build()), "moat");
    }

    @Test
    void refusesAnInitiatorWithoutAnId() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.ram(RAM, MIB)
                .root(root -> root.node("dma", node -> node.strings(BoardProperties.INITIATOR, "dma"))).build()),
                "/dma", "without an id");
    }

    @ParameterizedTest
    @ValueSource(longs = {256, 0x8000_0000L, 0xffff_ffffL})
    void refusesAnIdThatIsNone(long id) {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.ram(RAM, MIB)
                .root(root -> root.node("dma", node -> node.strings(BoardProperties.INITIATOR, "dma")
                        .cells(BoardProperties.INITIATOR_ID, id))).build()), "/dma", "not in 0 to 255");
    }

    @Test
    void refusesTwoInitiatorsWithOneNameOrId() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.cpu(1).ram(RAM, MIB)
                .device("dma", 0x1000, 0x1000, 1, 1).build()), "id 1 of dma");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(new BoardBuilder("two", "").ram(RAM, MIB)
                .device("dma", 0x1000, 0x1000, 1, 2).device("dma", 0x2000, 0x1000, 1, 3).build()), "name dma");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(new BoardBuilder("three", "").ram(RAM, MIB)
                .device("cpu", 0x1000, 0x1000, 1, 2).build()), "name cpu");
    }

    @Test
    void refusesGrantsOnMemoryWithoutAPlace() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> plan(node -> node.longs("size", MIB)), "no reg");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> plan(node -> node.reg(new AddressRange(RAM, 0))), "no reg");
        assertRefused(HeapError.INVALID_ARGUMENT, () -> plan(node -> node.reg(
                new AddressRange(RAM, 4096), new AddressRange(RAM + MIB, 4096))), "one range");
    }

    @Test
    void refusesGrantsOnReusableMemory() {
        assertRefused(HeapError.INVALID_ARGUMENT,
                () -> plan(node -> node.reg(new AddressRange(RAM, MIB)).flag("reusable")), "reusable");
    }

    @Test
    void refusesACarveOutThatIsNotInPages() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> plan(node -> node.reg(new AddressRange(RAM, 100))),
                "whole pages");
    }

    @Test
    void refusesGrantsToNobody() {
        assertRefused(HeapError.INVALID_ARGUMENT, () -> BoardPlan.of(board.ram(RAM, MIB, "toaster:rw").build()),
                "toaster", "/memory@80000000");
    }

    @Test
    void refusesPropertiesOfAWrongShape() {
        assertThatExceptionOfType(MalformedDeviceTree.class).isThrownBy(() -> BoardPlan.of(
                board.root(root -> root.cells(BoardProperties.FIREWALL, 1)).ram(RAM, MIB).build()));
    }

    @Test
    void reservedMemoryThatIsDisabledIsNotProtected() {
        assertThat(plan(node -> node.strings("status", "disabled").longs("size", MIB)).banks()).hasSize(1);
    }

    private static BoardPlan plan(Consumer<NodeBuilder> carveOut) {
        return BoardPlan.of(new BoardBuilder("carved", "").ram(RAM, 64 * MIB)
                .reserved("video", node -> carveOut.accept(node.strings(BoardProperties.GRANTS, "cpu:w"))).build());
    }
}
