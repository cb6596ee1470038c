// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads header and entries of an image, and checks them one by one and together. For one thread. */
final class ImageReader {
    private static final int MAGIC = 0xc3f13a6e;
    private static final int MINOR_AT = 4;
    private static final int MAJOR_AT = 5;
    private static final int FIRST_PADDING_AT = 6;
    private static final int HASH_AT = 8;
    private static final int SECOND_PADDING_AT = 12;
    private static final int SIZE_AT = 16;
    private static final int HEADER_BYTES = 20;

    private final Words image;
    private final int minorVersion;
    private final int versionHash;
    private final List<Entry> entries;

    ImageReader(MemorySegment image) {
        this.image = new Words(image);
        long end = checkHeader();
        this.minorVersion = this.image.octet(MINOR_AT);
        this.versionHash = this.image.word(HASH_AT);
        this.entries = readEntries(end);
        requireDisjoint();
    }

    private long checkHeader() {
        if (image.size() < HEADER_BYTES) {
            throw new MalformedFirmware(image.size(), "the image ends here, within its header of %d bytes"
                    .formatted(HEADER_BYTES));
        }
        if (image.word(0) != MAGIC) {
            throw new MalformedFirmware(0, "the magic number is 0x%x, not 0x%x".formatted(image.word(0), MAGIC));
        }
        if (image.octet(MAJOR_AT) != 0) {
            throw new MalformedFirmware(MAJOR_AT, "the format has the major version %d, and 0 is known"
                    .formatted(image.octet(MAJOR_AT)));
        }
        if (image.octet(FIRST_PADDING_AT) != 0 || image.octet(FIRST_PADDING_AT + 1) != 0) {
            throw new MalformedFirmware(FIRST_PADDING_AT, "padding is not zero");
        }
        if (image.word(SECOND_PADDING_AT) != 0) {
            throw new MalformedFirmware(SECOND_PADDING_AT, "padding is not zero");
        }
        long size = image.unsigned(SIZE_AT);
        if (size < HEADER_BYTES) {
            throw new MalformedFirmware(SIZE_AT, "header and entries have %d bytes, and the header alone has %d"
                    .formatted(size, HEADER_BYTES));
        }
        if (size > image.size()) {
            throw new MalformedFirmware(image.size(), "the image ends here, but its entries go on to 0x%x"
                    .formatted(size));
        }
        return size;
    }

    private List<Entry> readEntries(long end) {
        List<Entry> read = new ArrayList<>();
        int at = HEADER_BYTES;
        while (at < end) {
            EntryHeader header = readHeader(at, end);
            read.add(entry(header));
            at = header.end();
        }
        return List.copyOf(read);
    }

    private EntryHeader readHeader(int at, long end) {
        if (end - at < EntryHeader.BYTES) {
            throw new MalformedFirmware(at, "the entries end here, within the header of one");
        }
        EntryHeader header = EntryHeader.of(at, image.word(at));
        if (header.size() < EntryHeader.BYTES || header.size() % Integer.BYTES != 0) {
            throw new MalformedFirmware(at, "an entry has %d bytes, no multiple of 4 from 4 on".formatted(header.size()));
        }
        if (header.end() > end) {
            throw new MalformedFirmware(at, "an entry of %d bytes goes beyond the entries' end at 0x%x"
                    .formatted(header.size(), end));
        }
        return header;
    }

    private Entry entry(EntryHeader header) {
        Optional<EntryType> type = EntryType.of(header.type());
        if (type.isEmpty() && !header.optional()) {
            throw new MalformedFirmware(header.offset(), "an entry of the unknown type %d is not optional"
                    .formatted(header.type()));
        }
        EntryReader reader = new EntryReader(image, header);
        return type.<Entry>map(known -> switch (known) {
            case SECTION -> reader.section();
            case CONFIGURATION -> reader.configuration();
            case TEST -> new Entry.Test(header);
            case TRACE_BUFFER -> reader.traceBuffer();
            case TIMELINE_METADATA -> reader.timelineMetadata();
            case BUILD_INFO -> reader.buildInfo();
        }).orElseGet(() -> new Entry.Skipped(header));
    }

    /** No address belongs to two sections, so that none can take the place of another. */
    private void requireDisjoint() {
        List<Entry.Section> sections = new ArrayList<>(entries.stream()
                .filter(Entry.Section.class::isInstance).map(Entry.Section.class::cast)
                .filter(section -> section.size() > 0).toList());
        sections.sort((a, b) -> Long.compare(a.vaStart(), b.vaStart()));
        for (int i = 1; i < sections.size(); i++) {
            Entry.Section section = sections.get(i);
            if (section.vaStart() < sections.get(i - 1).vaEnd()) {
                throw new MalformedFirmware(section.header().offset(),
                        "the section at 0x%x overlaps another, which ends at 0x%x"
                                .formatted(section.vaStart(), sections.get(i - 1).vaEnd()));
            }
        }
    }

    int minorVersion() {
        return minorVersion;
    }

    int versionHash() {
        return versionHash;
    }

    List<Entry> entries() {
        return entries;
    }
}
