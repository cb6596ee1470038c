// SPDX-License-Identifier: Apache-2.0
package org.cloister.cli.internal;

import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.PrintWriter;
import java.util.OptionalLong;
import org.cloister.console.report.Text;
import org.cloister.driver.panthor.firmware.Destination;
import org.cloister.driver.panthor.firmware.Entry;
import org.cloister.driver.panthor.firmware.EntryType;
import org.cloister.driver.panthor.firmware.FirmwareImage;

/**
 * One object a line for each entry. What an entry of its type does not have is null; {@code type} is the number, and
 * {@code label} what it is called; {@code flags} are the bits of a section, and {@code flagNames} what they are called.
 */
final class FirmwareJson implements FirmwarePrinter {
    private final JsonProvider json;
    private final PrintWriter out;

    FirmwareJson(JsonProvider json, PrintWriter out) {
        this.json = json;
        this.out = out;
    }

    @Override
    public void print(String file, FirmwareImage image) {
        image.entries().forEach(entry -> out.println(object(file, entry).build()));
    }

    private JsonObjectBuilder object(String file, Entry entry) {
        JsonObjectBuilder object = json.createObjectBuilder()
                .add("file", file)
                .add("offset", Text.hex(entry.header().offset()))
                .add("type", entry.header().type())
                .add("label", EntryType.of(entry.header().type()).map(EntryType::label).orElse("unknown"))
                .add("optional", entry.header().optional())
                .add("update", entry.header().updatable());
        switch (entry) {
            case Entry.Section section -> object
                    .add("flags", Text.hex(Integer.toUnsignedLong(section.flags().bits())))
                    .add("flagNames", json.createArrayBuilder(section.flags().names()))
                    .add("vaStart", Text.hex(section.vaStart())).add("vaEnd", Text.hex(section.vaEnd()));
            default -> object.addNull("flags").addNull("flagNames").addNull("vaStart").addNull("vaEnd");
        }
        return object
                .add("dataStart", number(dataStart(entry))).add("dataEnd", number(dataEnd(entry)))
                .add("name", entry.name().isEmpty() ? JsonValue.NULL : json.createValue(entry.name()))
                .add("protected", entry instanceof Entry.Section section && section.flags().isProtected())
                .add("memory", entry.destination() == Destination.NONE
                        ? JsonValue.NULL : json.createValue(entry.destination().label()));
    }

    private static OptionalLong dataStart(Entry entry) {
        return switch (entry) {
            case Entry.Section section -> OptionalLong.of(section.dataStart());
            case Entry.TimelineMetadata metadata -> OptionalLong.of(metadata.dataStart());
            case Entry.BuildInfo info -> OptionalLong.of(info.dataStart());
            default -> OptionalLong.empty();
        };
    }

    private static OptionalLong dataEnd(Entry entry) {
        return switch (entry) {
            case Entry.Section section -> OptionalLong.of(section.dataEnd());
            case Entry.TimelineMetadata metadata -> OptionalLong.of(metadata.dataStart() + metadata.dataSize());
            case Entry.BuildInfo info -> OptionalLong.of(info.dataStart() + info.dataSize());
            default -> OptionalLong.empty();
        };
    }

    private JsonValue number(OptionalLong number) {
        return number.isPresent() ? json.createValue(Text.hex(number.getAsLong())) : JsonValue.NULL;
    }
}
