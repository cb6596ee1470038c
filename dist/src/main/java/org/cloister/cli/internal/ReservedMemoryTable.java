// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.ReservedMemory;
import org.cloister.platform.dt.ReservedRegion;

/** For each file its name and a table: a line for each range of a region, a line for each reservation. */
final class ReservedMemoryTable implements ReservedMemoryPrinter {
    private final PrintWriter out;
    private boolean first = true;

    ReservedMemoryTable(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void print(String file, ReservedMemory reserved) {
        if (!first) {
            out.println();
        }
        first = false;
        Table table = new Table("NODE", ">BASE", ">SIZE", "PROPERTIES", "COMPATIBLE");
        reserved.regions().forEach(region -> add(table, region));
        reserved.reservations().forEach(range ->
                table.row("/memreserve/", Text.hex(range.base()), Text.size(range.size()), "", ""));
        if (table.isEmpty()) {
            out.println(Text.printable(file) + ": reserves nothing");
        } else {
            out.println(Text.printable(file) + ":");
            table.print(out);
        }
    }

    private static void add(Table table, ReservedRegion region) {
        String compatible = String.join(", ", region.compatible());
        String properties = String.join(" ", properties(region));
        if (region.reg().isEmpty()) {
            String size = region.size().isPresent() ? Text.size(region.size().getAsLong()) : "-";
            table.row(region.name(), region.isDynamic() ? "any" : "-", size, properties, compatible);
            return;
        }
        String name = region.name();
        for (AddressRange range : region.reg()) {
            table.row(name, Text.hex(range.base()), Text.size(range.size()), properties, compatible);
            name = properties = compatible = "";
        }
    }

    private static List<String> properties(ReservedRegion region) {
        List<String> properties = new ArrayList<>();
        if (!region.isEnabled()) {
            properties.add(region.status());
        }
        Stream.of("no-map", "reusable", "linux,cma-default", "linux,dma-default")
                .filter(region.node()::has).forEach(properties::add);
        region.alignment().ifPresent(alignment -> properties.add("align=" + Text.size(alignment).replace(" ", "")));
        region.allocRanges().forEach(range -> properties.add("in=" + range));
        return properties;
    }
}
