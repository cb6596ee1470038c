// SPDX-License-Identifier: Apache-2.0
package org.cloister.driver.panthor.firmware;

import java.util.Arrays;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The kinds of entries whose meaning is known. New constants may be added in a minor version. */
@ProviderType
public enum EntryType {
    /** Memory of the microcontroller, and what is in it at first; one of them is the interface with the host. */
    SECTION(0, "section"),
    /** A setting that the host may change. */
    CONFIGURATION(1, "configuration"),
    /** A test of the firmware's own. */
    TEST(2, "test"),
    /** Where the firmware writes a trace. */
    TRACE_BUFFER(3, "trace buffer"),
    /** What describes a trace of the timeline. */
    TIMELINE_METADATA(4, "timeline metadata"),
    /** What the firmware was built from. */
    BUILD_INFO(6, "build info");

    private final int number;
    private final String label;

    EntryType(int number, String label) {
        this.number = number;
        this.label = label;
    }

    /** The number by which an entry says what it is. */
    public int number() {
        return number;
    }

    /** For people, such as {@code "trace buffer"}. */
    public String label() {
        return label;
    }

    /** The type of that number, if it is known. */
    public static Optional<EntryType> of(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }
}
