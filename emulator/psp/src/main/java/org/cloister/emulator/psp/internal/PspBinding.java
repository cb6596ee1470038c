// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.psp.internal;

import java.util.HashMap;
import java.util.Map;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.Grants;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.HeapError;
import org.cloister.heap.HeapException;
import org.cloister.platform.dt.HeapProperties;
import org.cloister.platform.dt.MalformedDeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;

/**
 * What the device tree says of the secure processor:
 *
 * <pre>{@code
 * psp {
 *     compatible = "cloister,psp";
 *     cloister,firmware = "psp";
 *     cloister,generation = <2>;                  // of its registers; default 1
 *     cloister,initiator-name = "psp";            // as whom it reaches memory; default "psp"
 *     secure-video {
 *         cloister,use-case-id = <1>;
 *         cloister,grants = "video-decoder:rw", "display:r";
 *     };
 * };
 * }</pre>
 *
 * @param generation of its registers, 1 or 2
 * @param initiator as whom it reaches memory
 * @param rights who may use memory of each use case, beside the secure world
 */
record PspBinding(int generation, String initiator, Map<Integer, Rights> rights) {
    /** Compatible of the node. */
    static final String COMPATIBLE = "cloister,psp";
    /** The number of a use case. */
    static final String USE_CASE = HeapProperties.USE_CASE_ID;

    private static final String GENERATION = "cloister,generation";
    private static final String INITIATOR = "cloister,initiator-name";

    PspBinding {
        rights = Map.copyOf(rights);
    }

    /**
     * Reads the tree of a board.
     *
     * @throws HeapException {@code INVALID_ARGUMENT} when it says nothing of a secure processor, or what cannot be
     */
    static PspBinding read(Soc soc) {
        Node node = soc.deviceTree().find("/firmware").stream().flatMap(Node::children)
                .filter(child -> child.isEnabled() && child.compatible().contains(COMPATIBLE)).findFirst()
                .orElseThrow(() -> wrong(soc, "/firmware", "no node is compatible with " + COMPATIBLE));
        try {
            long generation = node.property(GENERATION).map(Property::u32).orElse(1L);
            if (generation != 1 && generation != 2) {
                throw wrong(soc, node.path(), "there is no generation " + generation);
            }
            String initiator = node.property(INITIATOR).map(Property::string).orElse("psp");
            if (!soc.initiator(initiator).secure()) {
                throw wrong(soc, node.path(), "initiator " + initiator + " is not a secure one");
            }
            Map<Integer, Rights> rights = new HashMap<>();
            node.children().forEach(child -> {
                long id = child.property(USE_CASE).map(Property::u32).orElse(0L);
                Rights granted = child.property(BoardProperties.GRANTS)
                        .map(grants -> Grants.parse(grants, soc::initiator)).orElse(Rights.NONE);
                if (id < 1 || id > Integer.MAX_VALUE || rights.put((int) id, granted) != null) {
                    throw wrong(soc, child.path(), "use case " + id + " cannot be, or is there twice");
                }
            });
            return new PspBinding((int) generation, initiator, rights);
        } catch (MalformedDeviceTree e) {
            throw wrong(soc, node.path(), e.getMessage());
        }
    }

    private static HeapException wrong(Soc soc, String path, String why) {
        return new HeapException(HeapError.INVALID_ARGUMENT, "boot the secure processor of board " + soc.board(), path,
                why, "correct the device tree");
    }
}
