// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.cloister.console.report.Table;
import org.cloister.console.report.Text;
import org.cloister.driver.panthor.firmware.Destination;
import org.cloister.driver.panthor.firmware.Entry;
import org.cloister.driver.panthor.firmware.EntryHeader;
import org.cloister.driver.panthor.firmware.EntryType;
import org.cloister.driver.panthor.firmware.FirmwareImage;

/** For each file a table with a line for each entry, and how much memory of which kind the firmware needs. */
final class FirmwareTable implements FirmwarePrinter {
    private final PrintWriter out;
    private boolean first = true;

    FirmwareTable(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void print(String file, FirmwareImage image) {
        if (!first) {
            out.println();
        }
        first = false;
        out.println("%s: format 0.%d, version hash 0x%08x, %d entries".formatted(
                Text.printable(file), image.minorVersion(), image.versionHash(), image.entries().size()));
        Table table = new Table(">OFFSET", "TYPE", "ADDRESSES", ">DATA", "MEMORY", "FLAGS", "NAME");
        image.entries().forEach(entry -> add(table, entry));
        if (!table.isEmpty()) {
            table.print(out);
        }
        for (Destination destination : List.of(Destination.RESTRICTED, Destination.SHARED, Destination.NORMAL)) {
            long bytes = image.sections().filter(section -> section.destination() == destination)
                    .mapToLong(Entry.Section::size).sum();
            if (bytes > 0) {
                out.println("%s: %s".formatted(destination.label(), Text.size(bytes)));
            }
        }
        if (image.sharedSection().isEmpty()) {
            out.println("no section is shared with the host, so that no driver can start this firmware");
        }
    }

    private static void add(Table table, Entry entry) {
        EntryHeader header = entry.header();
        String type = EntryType.of(header.type()).map(EntryType::label)
                .orElse("unknown (%d), skipped".formatted(header.type()));
        table.row(Text.hex(header.offset()), type, addresses(entry), data(entry), entry.destination().label(),
                String.join(" ", flags(entry)), entry.name());
    }

    private static String addresses(Entry entry) {
        return switch (entry) {
            case Entry.Section section -> "0x%08x-0x%08x".formatted(section.vaStart(), section.vaEnd());
            case Entry.Configuration setting -> "0x%08x, %d to %d".formatted(
                    setting.address(), setting.minimum(), setting.maximum());
            case Entry.TraceBuffer trace -> "0x%08x, %d sources".formatted(trace.dataAddress(), trace.enableBits());
            default -> "";
        };
    }

    private static String data(Entry entry) {
        return switch (entry) {
            case Entry.Section section -> section.dataSize() == 0 ? "" : Text.size(section.dataSize());
            case Entry.TimelineMetadata metadata -> Text.size(metadata.dataSize());
            case Entry.BuildInfo info -> Text.size(info.dataSize());
            default -> "";
        };
    }

    private static List<String> flags(Entry entry) {
        List<String> flags = new ArrayList<>(entry instanceof Entry.Section section
                ? section.flags().names() : List.of());
        if (entry.header().optional()) {
            flags.add("optional");
        }
        if (entry.header().updatable()) {
            flags.add("update");
        }
        return flags;
    }
}
