// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform;

import org.osgi.annotation.versioning.ProviderType;

/**
 * An area of normal-world memory from which physically contiguous ranges can be taken (a CMA area of the device
 * tree). Registered as a service, one for each area; dynamic pools take memory here before they lend it.
 *
 * <p>Safe for use by any thread.
 */
@ProviderType
public interface ContiguousArea {
    /** Service property: the {@link #name()}. */
    String NAME = "area.name";
    /** Service property: whether this is the default area ({@code linux,cma-default}), a {@link Boolean}. */
    String DEFAULT = "area.default";

    /** The full name of its device-tree node, such as {@code "linux,cma"} or {@code "video@58000000"}. */
    String name();

    /** Whether this is the default area ({@code linux,cma-default}). */
    boolean isDefault();

    /** The physical address of the first byte. */
    long base();

    /** Bytes. */
    long size();

    /** Bytes that are not taken. */
    long free();

    /**
     * Takes a contiguous range.
     *
     * @param size bytes, rounded up to whole pages of 4 KiB
     * @param alignment bytes, a power of two; raised to 4 KiB
     * @return the physical address of the range
     * @throws org.cloister.heap.HeapException {@code NO_MEMORY} when no such range is free, {@code INVALID_ARGUMENT}
     *     for sizes and alignments that can never be right
     */
    long allocate(long size, long alignment);

    /**
     * Gives a range back.
     *
     * @param address what {@link #allocate} returned
     * @throws org.cloister.heap.HeapException {@code INVALID_ARGUMENT} when no range was taken there
     */
    void release(long address);
}
