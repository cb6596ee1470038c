// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc;

import java.util.function.Consumer;
import org.cloister.heap.UseCase;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.DeviceTreeBuilder;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.NodeBuilder;
import org.cloister.platform.mali.GpuRegister;
import org.cloister.platform.mali.MaliGpu;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Describes a board in the words of {@link BoardProperties}, as a device tree. What it has no method for is added by
 * {@link #root}. Nodes are in the order of the calls. For one thread.
 *
 * <pre>{@code
 * Board board = new BoardBuilder("mine", "a board to try things on")
 *         .firewall("k3").cpu(1)
 *         .ram(0x8000_0000L, 1L << 30)
 *         .device("video-decoder", 0x430_0000L, 0x1000, 120, 2)
 *         .carveOut("secure-video", 0x9000_0000L, 32 << 20, UseCase.SECURE_VIDEO, "cpu:w", "video-decoder:rw")
 *         .build();
 * }</pre>
 */
@ProviderType
public final class BoardBuilder {
    private final String name;
    private final DeviceTreeBuilder tree = new DeviceTreeBuilder();

    /**
     * Begins a board.
     *
     * @param name by which it is chosen; also the second part of {@code compatible}
     * @param model what people call it
     */
    public BoardBuilder(String name, String model) {
        this.name = name;
        tree.root(root -> root.cells("#address-cells", 2).cells("#size-cells", 2)
                .strings("model", model).strings("compatible", "cloister," + name));
    }

    /**
     * Adds to the root node.
     *
     * @return this
     */
    public BoardBuilder root(Consumer<NodeBuilder> content) {
        tree.root(content);
        return this;
    }

    /**
     * Sets the firewall's profile.
     *
     * @return this
     */
    public BoardBuilder firewall(String profile) {
        return root(root -> root.strings(BoardProperties.FIREWALL, profile));
    }

    /**
     * Sets the id that accesses of the CPU carry, in both worlds.
     *
     * @return this
     */
    public BoardBuilder cpu(int id) {
        return root(root -> root.node("cpus", cpus -> cpus.cells("#address-cells", 1).cells("#size-cells", 0)
                .cells(BoardProperties.INITIATOR_ID, id)
                .node("cpu@0", cpu -> cpu.strings("device_type", "cpu").strings("compatible", "arm,armv8")
                        .cells("reg", 0))));
    }

    /**
     * Adds RAM of the normal world.
     *
     * @param grants who may do what there; none for the default, everybody everything
     * @return this
     */
    public BoardBuilder ram(long base, long size, String... grants) {
        return root(root -> root.node("memory@" + Long.toHexString(base), memory -> granted(memory, grants)
                .strings("device_type", "memory").reg(new AddressRange(base, size))));
    }

    /**
     * Adds RAM of the secure world.
     *
     * @param grants who may do what there; none for the default, the secure world everything
     * @return this
     */
    public BoardBuilder secureRam(long base, long size, String... grants) {
        return root(root -> root.node("secram@" + Long.toHexString(base), memory -> granted(memory, grants)
                .strings("device_type", "memory").reg(new AddressRange(base, size))
                .strings("status", "disabled").strings("secure-status", "okay")));
    }

    /**
     * Adds memory that boot firmware protects for good, and that is offered as a heap.
     *
     * @param label the name of the node, without address
     * @param useCase what the heap is for; it gets the heap name of mainline Linux
     * @param grants who may do what there
     * @return this
     */
    public BoardBuilder carveOut(String label, long base, long size, UseCase useCase, String... grants) {
        return reserved(label + "@" + Long.toHexString(base), node -> {
            granted(node, grants).reg(new AddressRange(base, size)).flag("no-map")
                    .strings(HeapProperties.HEAP_NAME, useCase.heapName())
                    .strings(HeapProperties.USE_CASE, useCase.name());
            if (useCase.id() >= UseCase.FIRST_VENDOR_ID) {
                node.cells(HeapProperties.USE_CASE_ID, useCase.id());
            }
        });
    }

    /**
     * Adds a contiguous area (CMA) with a place of its own.
     *
     * @param label the name of the node, without address
     * @return this
     */
    public BoardBuilder contiguousArea(String label, long base, long size) {
        return reserved(label + "@" + Long.toHexString(base), node -> node
                .strings("compatible", "shared-dma-pool").flag("reusable").reg(new AddressRange(base, size)));
    }

    /**
     * Adds the default contiguous area (CMA), which finds its place at boot.
     *
     * @param size bytes
     * @param within where it may lie
     * @return this
     */
    public BoardBuilder defaultContiguousArea(long size, AddressRange within) {
        return reserved("linux,cma", node -> node
                .strings("compatible", "shared-dma-pool").flag("reusable").flag("linux,cma-default")
                .longs("size", size).ranges("alloc-ranges", within));
    }

    /**
     * Adds a child of {@code /reserved-memory}.
     *
     * @return this
     */
    public BoardBuilder reserved(String node, Consumer<NodeBuilder> content) {
        return root(root -> root.node("reserved-memory", reserved -> reserved
                .cells("#address-cells", 2).cells("#size-cells", 2).flag("ranges")
                .node(node, content)));
    }

    /**
     * Adds a device that is an initiator.
     *
     * @param initiator the name of the initiator, and of the node; with {@code "cloister,"} before it, the device's
     *     {@code compatible}
     * @param base the physical address of its registers
     * @param size bytes of its registers
     * @param interrupt the number of its interrupt line
     * @param id the id that its accesses carry
     * @return this
     */
    public BoardBuilder device(String initiator, long base, long size, int interrupt, int id) {
        return root(root -> root.node("soc", soc -> soc.cells("#address-cells", 2).cells("#size-cells", 2)
                .strings("compatible", "simple-bus").flag("ranges")
                .node(initiator + "@" + Long.toHexString(base), device -> device
                        .strings("compatible", "cloister," + initiator).reg(new AddressRange(base, size))
                        .cells("interrupts", interrupt)
                        .strings(BoardProperties.INITIATOR, initiator)
                        .cells(BoardProperties.INITIATOR_ID, id))));
    }

    /**
     * Adds a Mali GPU ({@link MaliGpu}): the initiator {@code "gpu"} in normal mode, and {@code "gpu-protected"} in
     * protected mode, which writes nothing that others can read.
     *
     * @param base the physical address of its registers, {@link GpuRegister#SIZE} bytes
     * @param interrupt the first of its three interrupt lines
     * @param id the id that its accesses carry in normal mode
     * @param protectedId the id that they carry in protected mode
     * @return this
     */
    public BoardBuilder maliGpu(long base, int interrupt, int id, int protectedId) {
        return root(root -> root.node("soc", soc -> soc.cells("#address-cells", 2).cells("#size-cells", 2)
                .strings("compatible", "simple-bus").flag("ranges")
                .node("gpu@" + Long.toHexString(base), gpu -> gpu
                        .strings("compatible", MaliGpu.COMPATIBLE).reg(new AddressRange(base, GpuRegister.SIZE))
                        .cells("interrupts", interrupt, interrupt + 1, interrupt + 2)
                        .strings("interrupt-names", "job", "mmu", "gpu")
                        .strings(BoardProperties.INITIATOR, "gpu")
                        .cells(BoardProperties.INITIATOR_ID, id)
                        .node(MaliGpu.PROTECTED_NODE, mode -> mode.flag(BoardProperties.PROTECTED)
                                .strings(BoardProperties.INITIATOR, "gpu-protected")
                                .cells(BoardProperties.INITIATOR_ID, protectedId)))));
    }

    /**
     * Adds firmware that the board boots.
     *
     * @param model the {@link Firmware#NAME} of the model, and the name of the node
     * @param content adds what the firmware's binding asks for
     * @return this
     */
    public BoardBuilder firmware(String model, Consumer<NodeBuilder> content) {
        return root(root -> root.node("firmware", firmware -> firmware
                .node(model, node -> content.accept(node.strings(BoardProperties.FIRMWARE, model)))));
    }

    /** The board. */
    public Board build() {
        return Board.of(name, DeviceTree.read(tree.build()));
    }

    private static NodeBuilder granted(NodeBuilder node, String... grants) {
        return grants.length == 0 ? node : node.strings(BoardProperties.GRANTS, grants);
    }
}
