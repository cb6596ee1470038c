// SPDX-License-Identifier: Apache-2.0
package org.cloister.emulator.soc.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.cloister.emulator.soc.Fault;
import org.cloister.emulator.soc.ProgrammedRegion;
import org.cloister.emulator.soc.Registration;
import org.cloister.emulator.soc.Soc;
import org.cloister.heap.Access;
import org.cloister.platform.ContiguousArea;
import org.cloister.platform.Initiator;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.Node;
import org.cloister.platform.dt.ReservedMemory;
import org.cloister.platform.dt.ReservedRegion;
import org.cloister.platform.inspect.BlockedAccess;
import org.cloister.platform.inspect.BoardView;
import org.cloister.platform.inspect.MemoryArea;
import org.cloister.platform.inspect.MemoryArea.Kind;
import org.cloister.platform.inspect.RegionView;

/** An emulated board to look at. Safe for use by any thread. */
final class InspectedBoard implements BoardView {
    private static final Comparator<MemoryArea> BY_PLACE = Comparator.comparingLong(MemoryArea::base)
            .thenComparing(MemoryArea::size, Comparator.reverseOrder());

    private final Soc soc;
    private final List<MemoryArea> areas;

    InspectedBoard(Soc soc) {
        this.soc = soc;
        var all = new ArrayList<MemoryArea>();
        soc.deviceTree().root().children()
                .filter(node -> node.property("device_type").stream().anyMatch(type -> type.string().equals("memory")))
                .forEach(node -> add(all, node));
        ReservedMemory.of(soc.deviceTree()).regions().stream()
                .filter(region -> region.isEnabled() && !isTaken(region)).forEach(region -> region.reg().forEach(
                        range -> all.add(area(region.name(), Kind.RESERVED, range))));
        for (ContiguousArea area : soc.contiguousAreas()) {
            all.add(new MemoryArea(area.name(), Kind.CONTIGUOUS, area.base(), area.size()));
        }
        all.sort(BY_PLACE);
        areas = List.copyOf(all);
    }

    /** Whether it is one of the contiguous areas, which know their place. */
    private boolean isTaken(ReservedRegion region) {
        return soc.contiguousAreas().stream().anyMatch(area -> area.name().equals(region.name()));
    }

    private static void add(List<MemoryArea> all, Node node) {
        Kind kind = node.isEnabled() ? Kind.NORMAL : Kind.SECURE;
        node.ranges("reg").forEach(range -> all.add(area(node.name(), kind, range)));
    }

    private static MemoryArea area(String name, Kind kind, AddressRange range) {
        return new MemoryArea(name, kind, range.base(), range.size());
    }

    @Override
    public String board() {
        return soc.board();
    }

    @Override
    public String firewall() {
        return soc.firewall().profile();
    }

    @Override
    public List<Initiator> initiators() {
        return soc.initiators();
    }

    @Override
    public List<MemoryArea> areas() {
        return areas;
    }

    @Override
    public List<RegionView> regions() {
        return soc.firewall().regions().stream().map(this::view).toList();
    }

    private RegionView view(ProgrammedRegion programmed) {
        Map<String, Access> rights = new LinkedHashMap<>();
        soc.initiators().forEach(one -> rights.put(one.name(), programmed.region().rights().of(one)));
        return new RegionView(programmed.number(), programmed.region().name(), programmed.region().background(),
                programmed.region().base(), programmed.region().size(), rights);
    }

    @Override
    public int regionsLeft() {
        return soc.firewall().budget().left();
    }

    @Override
    public long faults() {
        return soc.faults().count();
    }

    @Override
    public List<BlockedAccess> latestFaults() {
        return soc.faults().latest().stream().map(InspectedBoard::blocked).toList();
    }

    @Override
    public Listening listen(Consumer<BlockedAccess> listener) {
        Registration registration = soc.faults().listen(fault -> listener.accept(blocked(fault)));
        return registration::close;
    }

    private static BlockedAccess blocked(Fault fault) {
        return new BlockedAccess(fault.number(), fault.nanos(), fault.initiator().name(), fault.address(),
                fault.length(), fault.access(), fault.region(), fault.reason());
    }
}
