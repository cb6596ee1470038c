// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.List;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.firewall.internal.FirewallProfile;
import org.cloister.emulator.soc.firewall.internal.Initiators;
import org.cloister.platform.dt.DeviceTree;

/**
 * What a board's device tree says about it, read and checked.
 *
 * @param name the name of the board
 * @param tree the device tree
 * @param profile the rules of its firewall
 * @param initiators who puts addresses on its bus
 * @param banks its memory, in the order of the tree
 * @param firmware the names of the firmware it boots, in the order of the tree
 */
public record BoardPlan(String name, DeviceTree tree, FirewallProfile profile, Initiators initiators,
        List<MemoryBank> banks, List<String> firmware) {
    /** Copies the lists. */
    public BoardPlan {
        banks = List.copyOf(banks);
        firmware = List.copyOf(firmware);
    }

    /**
     * Reads a board's tree.
     *
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when it describes no board
     * @throws org.cloister.platform.dt.MalformedDeviceTree when a property does not have its shape
     */
    public static BoardPlan of(Board board) {
        return new TreeReader(board).plan();
    }

    /** The banks of a kind. */
    List<MemoryBank> banks(MemoryBank.Kind kind) {
        return banks.stream().filter(bank -> bank.kind() == kind).toList();
    }
}
