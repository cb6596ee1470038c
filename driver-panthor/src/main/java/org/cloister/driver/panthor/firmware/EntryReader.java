// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

/**
 * Reads the bodies of entries whose header was checked.
 *
 * <pre>
 *  section            flags, va start, va end, data start, data end, name
 *  configuration      address, minimum, maximum, name
 *  trace buffer       kind, size, insert, extract, data, enable addresses, sources, name
 *  timeline metadata  data start, bytes, name
 *  build info         data start, bytes
 * </pre>
 *
 * Names end with the entry, or with a NUL before. For one thread.
 */
final class EntryReader {
    private final Words image;
    private final EntryHeader header;

    EntryReader(Words image, EntryHeader header) {
        this.image = image;
        this.header = header;
    }

    Entry.Section section() {
        requireWords(5);
        Entry.Section section = new Entry.Section(
                header, new SectionFlags((int) word(0)), word(1), word(2), word(3), word(4), nameAfter(5));
        checkRanges(section);
        checkFlags(section);
        return section;
    }

    private void checkRanges(Entry.Section section) {
        if (section.vaEnd() < section.vaStart()) {
            throw malformed(2, "a section ends at address 0x%x, before its start at 0x%x"
                    .formatted(section.vaEnd(), section.vaStart()));
        }
        if (section.vaStart() % FirmwareImage.PAGE != 0 || section.vaEnd() % FirmwareImage.PAGE != 0) {
            throw malformed(1, "the section from 0x%x to 0x%x does not consist of whole pages of 4 KiB"
                    .formatted(section.vaStart(), section.vaEnd()));
        }
        if (section.dataEnd() < section.dataStart()) {
            throw malformed(4, "the content of a section ends at byte 0x%x, before its start at 0x%x"
                    .formatted(section.dataEnd(), section.dataStart()));
        }
        requireInImage(4, section.dataEnd());
        if (section.dataSize() > section.size()) {
            throw malformed(4, "a section of %d bytes has a content of %d"
                    .formatted(section.size(), section.dataSize()));
        }
    }

    private void checkFlags(Entry.Section section) {
        SectionFlags flags = section.flags();
        if (flags.unknown() != 0) {
            throw malformed(0, "a section has the unknown flags 0x%x".formatted(flags.unknown()));
        }
        if (flags.shared() && flags.isProtected()) {
            throw malformed(0, "a section is protected, and shared with the host: it cannot be both");
        }
        boolean atSharedStart = section.vaStart() == FirmwareImage.SHARED_START;
        if (flags.shared() && (!atSharedStart || section.vaEnd() > FirmwareImage.SHARED_END)) {
            throw malformed(1, "the shared section is from 0x%x to 0x%x, not within 0x%x to 0x%x and from its start on"
                    .formatted(section.vaStart(), section.vaEnd(), FirmwareImage.SHARED_START, FirmwareImage.SHARED_END));
        }
        if (!flags.shared() && section.size() > 0 && section.vaStart() < FirmwareImage.SHARED_END
                && section.vaEnd() > FirmwareImage.SHARED_START) {
            throw malformed(0, "the section from 0x%x to 0x%x is where the shared one belongs, and is not shared"
                    .formatted(section.vaStart(), section.vaEnd()));
        }
    }

    Entry.Configuration configuration() {
        requireWords(3);
        return new Entry.Configuration(header, word(0), word(1), word(2), nameAfter(3));
    }

    Entry.TraceBuffer traceBuffer() {
        requireWords(7);
        return new Entry.TraceBuffer(
                header, word(0), word(1), word(2), word(3), word(4), word(5), word(6), nameAfter(7));
    }

    Entry.TimelineMetadata timelineMetadata() {
        requireWords(2);
        requireInImage(0, word(0) + word(1));
        return new Entry.TimelineMetadata(header, word(0), word(1), nameAfter(2));
    }

    Entry.BuildInfo buildInfo() {
        requireWords(2);
        requireInImage(0, word(0) + word(1));
        return new Entry.BuildInfo(header, word(0), word(1), image.text(word(0), word(0) + word(1)).strip());
    }

    private void requireWords(int count) {
        if (header.size() < EntryHeader.BYTES + count * Integer.BYTES) {
            throw new MalformedFirmware(header.end(), "an entry of type %d ends here, after %d bytes; it has at least %d"
                    .formatted(header.type(), header.size(), EntryHeader.BYTES + count * Integer.BYTES));
        }
    }

    private void requireInImage(int index, long end) {
        if (end > image.size()) {
            throw malformed(index, "an entry refers to bytes up to 0x%x, and the image ends at 0x%x"
                    .formatted(end, image.size()));
        }
    }

    private String nameAfter(int words) {
        return image.text(at(words), header.end());
    }

    private long word(int index) {
        return image.unsigned(at(index));
    }

    private int at(int index) {
        return header.offset() + EntryHeader.BYTES + index * Integer.BYTES;
    }

    private MalformedFirmware malformed(int index, String reason) {
        return new MalformedFirmware(at(index), reason);
    }
}
