// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.util.Objects;
import org.osgi.annotation.versioning.ProviderType;

/** An entry of a firmware image. Addresses are unsigned 32-bit values: those of the microcontroller. */
@ProviderType
public sealed interface Entry {
    /** What it begins with. */
    EntryHeader header();

    /** What it is called; empty where it has no name, or one that is no printable text. */
    String name();

    /** In which memory it belongs. */
    default Destination destination() {
        return Destination.NONE;
    }

    /**
     * Memory of the microcontroller.
     *
     * @param header what it begins with
     * @param flags how it is used
     * @param vaStart the first address, a multiple of the page size
     * @param vaEnd the address behind the last one, a multiple of the page size
     * @param dataStart where in the image its first content begins
     * @param dataEnd where in the image that ends; equal to {@code dataStart} when there is none
     * @param name what it is called
     */
    @ProviderType
    record Section(EntryHeader header, SectionFlags flags, long vaStart, long vaEnd, long dataStart, long dataEnd,
            String name) implements Entry {
        /** Checks that nothing is missing. */
        public Section {
            Objects.requireNonNull(header, "header");
            Objects.requireNonNull(flags, "flags");
            Objects.requireNonNull(name, "name");
        }

        /** Bytes of memory. */
        public long size() {
            return vaEnd - vaStart;
        }

        /** Bytes of content in the image. */
        public long dataSize() {
            return dataEnd - dataStart;
        }

        @Override
        public Destination destination() {
            if (size() == 0) {
                return Destination.NONE;
            }
            return flags.isProtected() ? Destination.RESTRICTED
                    : flags.shared() ? Destination.SHARED : Destination.NORMAL;
        }
    }

    /**
     * A setting.
     *
     * @param header what it begins with
     * @param address where its value is
     * @param minimum the least value, unsigned
     * @param maximum the greatest value, unsigned
     * @param name what it is called
     */
    @ProviderType
    record Configuration(EntryHeader header, long address, long minimum, long maximum, String name) implements Entry {}

    /**
     * A test; its layout is the firmware's own business.
     *
     * @param header what it begins with
     */
    @ProviderType
    record Test(EntryHeader header) implements Entry {
        @Override
        public String name() {
            return "";
        }
    }

    /**
     * A ring into which the firmware writes a trace.
     *
     * @param header what it begins with
     * @param kind what kind of ring it is
     * @param sizeAddress where its size is to be written
     * @param insertAddress where the address of the insert offset is to be written
     * @param extractAddress where the extract offset is
     * @param dataAddress where the address of its memory is to be written
     * @param enableAddress where the words are that switch its sources on
     * @param enableBits how many sources it has
     * @param name what it is called
     */
    @ProviderType
    record TraceBuffer(EntryHeader header, long kind, long sizeAddress, long insertAddress, long extractAddress,
            long dataAddress, long enableAddress, long enableBits, String name) implements Entry {}

    /**
     * What describes a trace.
     *
     * @param header what it begins with
     * @param dataStart where in the image it is
     * @param dataSize bytes
     * @param name what it is called
     */
    @ProviderType
    record TimelineMetadata(EntryHeader header, long dataStart, long dataSize, String name) implements Entry {}

    /**
     * What the firmware was built from.
     *
     * @param header what it begins with
     * @param dataStart where in the image the text is
     * @param dataSize bytes of the text
     * @param name the text, such as {@code "git_sha: 1234abcd"}
     */
    @ProviderType
    record BuildInfo(EntryHeader header, long dataStart, long dataSize, String name) implements Entry {}

    /**
     * An optional entry of a type that is not known; it is skipped.
     *
     * @param header what it begins with
     */
    @ProviderType
    record Skipped(EntryHeader header) implements Entry {
        @Override
        public String name() {
            return "";
        }
    }
}
