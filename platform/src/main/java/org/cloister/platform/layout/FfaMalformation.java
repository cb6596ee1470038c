// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import org.osgi.annotation.versioning.ProviderType;

/** What can be wrong with the structure of a memory transaction, in the order in which it is looked for. */
@ProviderType
public enum FfaMalformation {
    /** Nothing. */
    NONE("it is well formed"),
    /** The header does not fit. */
    HEADER("the header does not fit"),
    /** There is no receiver. */
    NO_RECEIVER("there is no receiver"),
    /** The receivers are too short, or their length is not a multiple of 16. */
    RECEIVER_SIZE("receivers have a length that no version of FF-A defines"),
    /** The receivers lie in the header, or not at a multiple of 16. */
    RECEIVER_OFFSET("the receivers lie in the header or are not aligned"),
    /** The receivers do not fit. */
    RECEIVERS("the receivers do not fit"),
    /** Receivers refer to different composite regions. */
    DIFFERENT_COMPOSITES("receivers refer to different composite regions"),
    /** The composite region lies in header or receivers, or not at a multiple of 16. */
    COMPOSITE_OFFSET("the composite region lies in header or receivers or is not aligned"),
    /** The composite region does not fit. */
    COMPOSITE("the composite region does not fit"),
    /** There is no range. */
    NO_RANGE("there is no range"),
    /** The ranges do not fit. */
    RANGES("the ranges do not fit"),
    /** A range has no pages. */
    EMPTY_RANGE("a range has no pages"),
    /** A range is not aligned to pages. */
    ALIGNMENT("a range is not aligned to pages of 4 KiB"),
    /** A range goes beyond the last address. */
    WRAP("a range goes beyond the last address"),
    /** The pages of the ranges do not add up to the number in the composite region. */
    PAGE_COUNT("the pages of the ranges do not add up"),
    /** A reserved field is not zero. */
    RESERVED("a reserved field is not zero");

    private final String phrase;

    FfaMalformation(String phrase) {
        this.phrase = phrase;
    }

    /** What is wrong, as a clause for a message. */
    public String phrase() {
        return phrase;
    }
}
