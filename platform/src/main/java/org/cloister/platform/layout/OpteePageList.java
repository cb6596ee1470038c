// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A page of the list behind a parameter with {@link OpteeParameter#NONCONTIGUOUS}.
 *
 * <pre>
 *    0  u64  address[511]    of pages of 4 KiB
 * 4088  u64  next            address of the page with the rest of the list
 * 4096
 * </pre>
 */
@ProviderType
public final class OpteePageList {
    /** How many addresses a page of the list holds. */
    public static final int CAPACITY = 511;

    /** The layout. */
    public static final MemoryLayout LAYOUT = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(CAPACITY, Fields.U64).withName("address"),
            Fields.U64.withName("next"));

    /** Bytes. */
    public static final int SIZE = 4096;

    private static final VarHandle ADDRESS = LAYOUT
            .varHandle(PathElement.groupElement("address"), PathElement.sequenceElement())
            .withInvokeExactBehavior();
    private static final VarHandle NEXT = Fields.of(LAYOUT, "next");

    private OpteePageList() {}

    /** The address at {@code index}, 0 to 510. */
    public static long address(MemorySegment segment, long at, int index) {
        return (long) ADDRESS.get(segment, at, (long) index);
    }

    /** Sets the address at {@code index}, 0 to 510. */
    public static void address(MemorySegment segment, long at, int index, long address) {
        ADDRESS.set(segment, at, (long) index, address);
    }

    /** The address of the page with the rest of the list. */
    public static long next(MemorySegment segment, long at) {
        return (long) NEXT.get(segment, at);
    }

    /** Sets the address of the page with the rest of the list. */
    public static void next(MemorySegment segment, long at, long next) {
        NEXT.set(segment, at, next);
    }
}
