// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.board.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.cloister.emulator.soc.Board;
import org.cloister.emulator.soc.BoardProperties;
import org.cloister.emulator.soc.Grants;
import org.cloister.emulator.soc.Rights;
import org.cloister.emulator.soc.firewall.internal.FirewallProfiles;
import org.cloister.emulator.soc.firewall.internal.FirewallTable;
import org.cloister.emulator.soc.firewall.internal.Initiators;
import org.cloister.heap.Access;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.DeviceTree;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.Property;
import org.cloister.platform.dt.ReservedRegion;

/** Reads what the emulator needs to know from a device tree. For one use by one thread. */
final class TreeReader {
    private static final long PAGE = 4096;
    private static final String DEFAULT_FIREWALL = "lab";
    private static final Rights NORMAL_RAM = new Rights(Access.READ_WRITE, Access.READ_WRITE, Map.of());
    private static final Rights SECURE_RAM = new Rights(Access.NONE, Access.READ_WRITE, Map.of());

    private final String board;
    private final DeviceTree tree;
    private final Initiators initiators;

    TreeReader(Board board) {
        this.board = board.name();
        this.tree = board.deviceTree();
        initiators = new Initiators(initiators());
    }

    BoardPlan plan() {
        String profile = tree.root().property(BoardProperties.FIREWALL).map(Property::string)
                .orElse(DEFAULT_FIREWALL);
        List<MemoryBank> banks = new ArrayList<>();
        tree.root().children().filter(TreeReader::isMemory).forEach(node -> addMemory(node, banks));
        if (banks.stream().noneMatch(bank -> bank.kind() == MemoryBank.Kind.NORMAL)) {
            throw BoardError.of(board, "its tree describes no memory", "add a memory node that is not empty");
        }
        tree.reservedMemory().regions().forEach(region -> addCarveOut(region, banks));
        List<String> firmware = tree.find("/firmware").stream().flatMap(Node::children)
                .filter(Node::isEnabled)
                .flatMap(node -> node.property(BoardProperties.FIRMWARE).stream())
                .map(Property::string)
                .toList();
        return new BoardPlan(board, tree, FirewallProfiles.named(profile), initiators, banks, firmware);
    }

    private List<Initiator> initiators() {
        List<Initiator> found = new ArrayList<>();
        int cpu = tree.find("/cpus").flatMap(node -> node.property(BoardProperties.INITIATOR_ID))
                .map(TreeReader::id).orElse(0);
        found.add(new Initiator(Initiator.CPU, cpu, false));
        found.add(new Initiator(Initiator.SECURE_CPU, cpu, true));
        tree.nodes().filter(node -> node.has(BoardProperties.INITIATOR)).forEach(node -> {
            String name = node.property(BoardProperties.INITIATOR).orElseThrow().string();
            int id = node.property(BoardProperties.INITIATOR_ID).map(TreeReader::id)
                    .orElseThrow(() -> BoardError.of(board, node.path() + " is an initiator without an id",
                            "add " + BoardProperties.INITIATOR_ID));
            try {
                Initiator initiator = new Initiator(name, id, node.has(BoardProperties.SECURE));
                if (!found.contains(initiator)) {
                    found.add(initiator);
                }
            } catch (IllegalArgumentException wrong) {
                throw BoardError.of(board, node.path() + ": " + wrong.getMessage(), "correct the device tree");
            }
        });
        return found;
    }

    private static int id(Property property) {
        return (int) Math.min(property.u32(), Integer.MAX_VALUE);
    }

    private static boolean isMemory(Node node) {
        Optional<Property> type = node.property("device_type");
        return type.isPresent() && type.get().string().equals("memory");
    }

    private void addMemory(Node node, List<MemoryBank> banks) {
        boolean normal = node.isEnabled();
        boolean secure = node.property("secure-status").map(Property::string).orElse(node.status()).equals("okay");
        if (!normal && !secure) {
            return;
        }
        MemoryBank.Kind kind = normal ? MemoryBank.Kind.NORMAL : MemoryBank.Kind.SECURE;
        Rights rights = node.property(BoardProperties.GRANTS).map(this::rights)
                .orElse(normal ? normalRam() : SECURE_RAM);
        List<AddressRange> ranges = node.ranges("reg").stream().filter(range -> !range.isEmpty()).toList();
        for (int i = 0; i < ranges.size(); i++) {
            String name = i == 0 ? node.name() : node.name() + "#" + i;
            banks.add(new MemoryBank(name, kind, checked(node, ranges.get(i)), rights));
        }
    }

    private void addCarveOut(ReservedRegion region, List<MemoryBank> banks) {
        Optional<Property> granted = region.node().property(BoardProperties.GRANTS);
        if (granted.isEmpty() || !region.isEnabled()) {
            return;
        }
        if (region.reg().size() != 1 || region.reg().getFirst().isEmpty()) {
            throw BoardError.of(board, region.path() + " has grants, and no reg of one range",
                    "give it a place, because boot firmware sets the firewall before memory is handed out");
        }
        if (region.reusable()) {
            throw BoardError.of(board, region.path() + " has grants and is reusable",
                    "let the kernel use memory that all may reach");
        }
        AddressRange range = checked(region.node(), region.reg().getFirst());
        banks.add(new MemoryBank(region.name(), MemoryBank.Kind.CARVE_OUT, range, rights(granted.get())));
    }

    /** Everybody may do everything, but for those that may not write what others can read. */
    private Rights normalRam() {
        Set<String> readers = tree.nodes().filter(node -> node.has(BoardProperties.PROTECTED))
                .flatMap(node -> node.property(BoardProperties.INITIATOR).stream()).map(Property::string)
                .collect(Collectors.toSet());
        if (readers.isEmpty()) {
            return NORMAL_RAM;
        }
        Rights rights = SECURE_RAM;
        for (Initiator initiator : initiators.all()) {
            if (!initiator.secure()) {
                rights = rights.with(initiator,
                        readers.contains(initiator.name()) ? Access.READ : Access.READ_WRITE);
            }
        }
        return rights;
    }

    private Rights rights(Property property) {
        return Grants.parse(property, name -> initiators.get(initiators.indexOf(name)));
    }

    private AddressRange checked(Node node, AddressRange range) {
        if (range.base() % PAGE != 0 || range.size() % PAGE != 0) {
            throw BoardError.of(board, "%s: %s is not made of whole pages".formatted(node.path(), range),
                    "align base and size to 4 KiB");
        }
        if (!new AddressRange(0, FirewallTable.ADDRESS_SPACE).contains(range)) {
            throw BoardError.of(board, "%s: %s is beyond 46 bits".formatted(node.path(), range),
                    "choose lower addresses");
        }
        return range;
    }
}
