// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.optee.internal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.cloister.emulator.optee.os.internal.OsConfig;
import org.cloister.emulator.optee.os.internal.ProtectedMemory;
import org.cloister.emulator.optee.spmc.internal.Personality;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.Grants;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;

/**
 * What the device tree says of OP-TEE. The node is that of the kernel's binding ({@code linaro,optee-tz} for OP-TEE's
 * own interface, {@code arm,ffa} for FF-A), with properties that tell how the firmware was built:
 *
 * <pre>{@code
 * optee {
 *     compatible = "linaro,optee-tz";
 *     method = "smc";
 *     cloister,firmware = "optee";
 *     cloister,protected-memory = "dynamic";           // or "static", "none"
 *     cloister,protected-ranges = <7>;                 // what the firewall has left for lent memory
 *     cloister,threads = <2>;                          // default 2
 *     cloister,reserved-shm = <0x0 0x42000000 0x0 0x200000>;
 *     cloister,static-area = <0x0 0x7f000000 0x0 0x400000>;   // for "static"; its use case is the first below
 *     cloister,personality = "strict";                 // default "optee"
 *     cloister,fragments;                              // takes FF-A descriptors in fragments
 *     secure-video {
 *         cloister,use-case-id = <1>;
 *         cloister,grants = "video-decoder:rw", "display:r";
 *         cloister,minimum-size = <0x100000>;          // without it, the normal world is not told how to lend
 *         cloister,alignment = <0x1000>;
 *     };
 * };
 * }</pre>
 *
 * @param config how the firmware was built
 * @param rights who may use memory of each use case, beside the secure world
 */
public record OpteeBinding(FirmwareConfig config, Map<Integer, Rights> rights) {
    /** Compatible with OP-TEE's own interface. */
    public static final String SMC = "linaro,optee-tz";
    /** Compatible with FF-A. */
    public static final String FFA = "arm,ffa";
    /** How restricted memory is offered. */
    public static final String PROTECTED_MEMORY = "cloister,protected-memory";
    /** How many calls can be under way at once. */
    public static final String THREADS = "cloister,threads";
    /** Memory that is set aside for messages. */
    public static final String RESERVED = "cloister,reserved-shm";
    /** Where the static protected memory is. */
    public static final String STATIC_AREA = "cloister,static-area";
    /** How exactly the rules of FF-A are taken. */
    public static final String PERSONALITY = "cloister,personality";
    /** FF-A descriptors may come in fragments. */
    public static final String FRAGMENTS = "cloister,fragments";
    /** Of a child of {@code /reserved-memory} with grants: the uuid of the trusted application that manages it. */
    public static final String APPLICATION = "cloister,trusted-application";
    /** The number of a use case. */
    public static final String USE_CASE = HeapProperties.USE_CASE_ID;
    /** The fewest bytes that can be lent. */
    public static final String MINIMUM_SIZE = "cloister,minimum-size";
    /** How many regions of the firewall lent memory may take; for the normal world, as the firmware finds out itself. */
    public static final String RANGES = "cloister,protected-ranges";
    /** How lent memory must be aligned. */
    public static final String ALIGNMENT = "cloister,alignment";

    private static final int PAGE = 4096;

    /**
     * Reads the node of the firmware model {@code name}.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when there is none, or it says what cannot be
     */
    public static OpteeBinding read(Soc soc, String name) {
        Node node = soc.deviceTree().find("/firmware").stream().flatMap(Node::children)
                .filter(child -> child.property(BoardProperties.FIRMWARE)
                        .filter(model -> model.string().equals(name)).isPresent())
                .findFirst()
                .orElseThrow(() -> wrong(soc, "/firmware", "no node names the firmware " + name));
        try {
            return new Reader(soc, node).read();
        } catch (MalformedDeviceTree e) {
            throw wrong(soc, node.path(), e.getMessage());
        }
    }

    private static HeapException wrong(Soc soc, String path, String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "boot OP-TEE on board " + soc.board(), path, why,
                "correct the device tree");
    }

    /** Reads one node. */
    private static final class Reader {
        private final Soc soc;
        private final Node node;
        private final Map<Integer, Rights> rights = new HashMap<>();
        private final Map<Integer, ProtectedMemory.Needs> needs = new HashMap<>();
        private final Set<Integer> useCases = new HashSet<>();
        private int firstUseCase;

        Reader(Soc soc, Node node) {
            this.soc = soc;
            this.node = node;
        }

        OpteeBinding read() {
            node.children().forEach(this::readUseCase);
            OsConfig os = OsConfig.QEMU.with(protectedMemory());
            Optional<AddressRange> reserved = range(RESERVED);
            if (reserved.isPresent()) {
                os = os.withReserved(reserved.get().base(), reserved.get().size());
            }
            long threads = node.property(THREADS).map(Property::u32).orElse((long) os.threads());
            if (threads < 1 || threads > 64) {
                throw wrong(soc, node.path(), threads + " threads are not 1 to 64");
            }
            var config = new FirmwareConfig(conduit(), os.withThreads((int) threads), personality(),
                    node.has(FRAGMENTS), FirmwareConfig.NOTIFICATION_LINE);
            return new OpteeBinding(config, Map.copyOf(rights));
        }

        private FirmwareConfig.Conduit conduit() {
            if (node.compatible().contains(FFA)) {
                return FirmwareConfig.Conduit.FFA;
            }
            if (node.compatible().contains(SMC)) {
                return FirmwareConfig.Conduit.SMC;
            }
            throw wrong(soc, node.path(), "it is compatible neither with " + FFA + " nor with " + SMC);
        }

        private Personality personality() {
            String wanted = node.property(PERSONALITY).map(Property::string).orElse("optee");
            return switch (wanted) {
                case "optee" -> Personality.OPTEE;
                case "strict" -> Personality.STRICT;
                default -> throw wrong(soc, node.path(), "there is no personality \"" + wanted + "\"");
            };
        }

        private Optional<AddressRange> range(String name) {
            return node.property(name).map(property -> property.range(2, 2));
        }

        private ProtectedMemory protectedMemory() {
            String wanted = node.property(PROTECTED_MEMORY).map(Property::string).orElse("none");
            return switch (wanted) {
                case "none" -> new ProtectedMemory.None();
                case "dynamic" -> new ProtectedMemory.Dynamic(needs, useCases);
                case "static" -> {
                    AddressRange area = range(STATIC_AREA).orElseThrow(() ->
                            wrong(soc, node.path(), STATIC_AREA + " is missing"));
                    if (useCases.isEmpty()) {
                        throw wrong(soc, node.path(), "no use case says who may use the static area");
                    }
                    yield new ProtectedMemory.Static(firstUseCase, area.base(), area.size());
                }
                default -> throw wrong(soc, node.path(), "protected memory cannot be \"" + wanted + "\"");
            };
        }

        private void readUseCase(Node child) {
            long id = child.property(USE_CASE).map(Property::u32).orElseThrow(() ->
                    wrong(soc, child.path(), USE_CASE + " is missing"));
            if (id < 1 || id > Integer.MAX_VALUE || !useCases.add((int) id)) {
                throw wrong(soc, child.path(), "use case " + id + " cannot be, or is there twice");
            }
            if (useCases.size() == 1) {
                firstUseCase = (int) id;
            }
            rights.put((int) id, child.property(BoardProperties.GRANTS)
                    .map(grants -> Grants.parse(grants, soc::initiator)).orElse(Rights.NONE));
            child.property(MINIMUM_SIZE).ifPresent(size -> needs.put((int) id, new ProtectedMemory.Needs(
                    size.number(), child.property(ALIGNMENT).map(Property::number).orElse((long) PAGE))));
        }
    }
}
