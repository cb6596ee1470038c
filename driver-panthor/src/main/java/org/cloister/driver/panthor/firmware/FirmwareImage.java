// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A firmware image of the command-stream frontend, read and checked as a whole: there is either all of it or a
 * {@link MalformedFirmware}.
 *
 * <pre>
 *  0x00 u32 magic 0xc3f13a6e       0x0c u32 zero
 *  0x04 u8  minor version          0x10 u32 bytes of header and entries
 *  0x05 u8  major version, 0       0x14 entries, one after the other
 *  0x06 u16 zero                   ...  what entries refer to
 *  0x08 u32 hash of the version
 * </pre>
 *
 * <p>Immutable: it keeps a copy of the image. Safe for use by any thread. Source: Linux, {@code panthor_fw.c}; the bodies
 * of traces and settings as published images have them.
 */
@ProviderType
public final class FirmwareImage {
    /** Where the microcontroller finds the interface with the host: a section that is there must be shared. */
    public static final long SHARED_START = 0x0400_0000L;
    /** Behind the range that is the shared section's. */
    public static final long SHARED_END = 0x0800_0000L;
    /** Bytes of a page of the microcontroller's address space. */
    public static final int PAGE = 4096;

    private final MemorySegment image;
    private final int minorVersion;
    private final int versionHash;
    private final List<Entry> entries;

    private FirmwareImage(MemorySegment image, ImageReader reader) {
        this.image = image;
        this.minorVersion = reader.minorVersion();
        this.versionHash = reader.versionHash();
        this.entries = reader.entries();
    }

    /**
     * Reads an image.
     *
     * @param image all of the file
     * @throws MalformedFirmware when any of it is not as it must be
     */
    public static FirmwareImage read(byte[] image) {
        MemorySegment copy = MemorySegment.ofArray(image.clone()).asReadOnly();
        return new FirmwareImage(copy, new ImageReader(copy));
    }

    /** The minor version of the format; the major one is 0. */
    public int minorVersion() {
        return minorVersion;
    }

    /** By which builds are told apart. */
    public int versionHash() {
        return versionHash;
    }

    /** All entries, in their order. */
    public List<Entry> entries() {
        return entries;
    }

    /** The sections, in their order. */
    public Stream<Entry.Section> sections() {
        return entries.stream().filter(Entry.Section.class::isInstance).map(Entry.Section.class::cast);
    }

    /** The interface with the host; an image without one describes no firmware that could be started. */
    public Optional<Entry.Section> sharedSection() {
        return sections().filter(section -> section.flags().shared()).findFirst();
    }

    /** Whether some of it is for protected mode. */
    public boolean hasProtectedSections() {
        return sections().anyMatch(section -> section.destination() == Destination.RESTRICTED);
    }

    /** What is in a section at first: read-only, {@link Entry.Section#dataSize} bytes. */
    public MemorySegment content(Entry.Section section) {
        return image.asSlice(section.dataStart(), section.dataSize());
    }
}
