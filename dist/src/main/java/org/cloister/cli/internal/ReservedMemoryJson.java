// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.List;
import java.util.OptionalLong;
import org.cloister.console.report.Text;
import org.cloister.platform.dt.AddressRange;
import org.cloister.platform.dt.ReservedMemory;
import org.cloister.platform.dt.ReservedRegion;

/**
 * One object a line: for each region its node and properties, for each entry of the reservation block its range.
 * Addresses and sizes are strings in hexadecimal; {@code size} and {@code alignment} are null, and lists empty, where
 * the node has no such property.
 */
final class ReservedMemoryJson implements ReservedMemoryPrinter {
    private final JsonProvider json;
    private final PrintWriter out;

    ReservedMemoryJson(JsonProvider json, PrintWriter out) {
        this.json = json;
        this.out = out;
    }

    @Override
    public void print(String file, ReservedMemory reserved) {
        reserved.regions().forEach(region -> out.println(region(file, region).build()));
        reserved.reservations().forEach(range -> out.println(
                json.createObjectBuilder().add("file", file).add("memreserve", range(range)).build()));
    }

    private JsonObjectBuilder region(String file, ReservedRegion region) {
        return json.createObjectBuilder()
                .add("file", file)
                .add("node", region.path())
                .add("compatible", json.createArrayBuilder(region.compatible()))
                .add("status", region.status())
                .add("reg", ranges(region.reg()))
                .add("size", number(region.size()))
                .add("alignment", number(region.alignment()))
                .add("allocRanges", ranges(region.allocRanges()))
                .add("noMap", region.noMap())
                .add("reusable", region.reusable())
                .add("linuxCmaDefault", region.cmaDefault())
                .add("linuxDmaDefault", region.dmaDefault());
    }

    private JsonArrayBuilder ranges(List<AddressRange> ranges) {
        JsonArrayBuilder array = json.createArrayBuilder();
        ranges.forEach(range -> array.add(range(range)));
        return array;
    }

    private JsonObjectBuilder range(AddressRange range) {
        return json.createObjectBuilder()
                .add("base", Text.hex(range.base()))
                .add("size", Text.hex(range.size()));
    }

    private JsonValue number(OptionalLong number) {
        return number.isPresent() ? json.createValue(Text.hex(number.getAsLong())) : JsonValue.NULL;
    }
}
