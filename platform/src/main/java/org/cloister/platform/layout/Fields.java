// SPDX-License-Identifier: Apache-2.0
package org.cloister.platform.layout;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Field types of the wire: little-endian, at any alignment. */
final class Fields {
    /** One byte. */
    static final ValueLayout.OfByte U8 = ValueLayout.JAVA_BYTE;
    /** Two bytes. */
    static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Four bytes. */
    static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Eight bytes. */
    static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The lower half of a word that holds two fields. */
    static final long LOWER = 0xFFFF_FFFFL;

    private static final MethodHandle SUM = sum();

    private Fields() {}

    /** Where the field is that the names lead to. */
    static long offset(MemoryLayout layout, String... path) {
        return layout.byteOffset(elements(path));
    }

    private static PathElement[] elements(String... path) {
        var elements = new PathElement[path.length];
        for (int i = 0; i < path.length; i++) {
            elements[i] = PathElement.groupElement(path[i]);
        }
        return elements;
    }

    /**
     * A handle to the field that the names lead to; its coordinates are the segment and the structure's offset. It checks
     * that the field is within the segment, and not, as a layout's own handle does each time, that the structure is.
     */
    static VarHandle of(MemoryLayout layout, String... path) {
        VarHandle field = ((ValueLayout) layout.select(elements(path))).varHandle();
        MethodHandle shift = MethodHandles.insertArguments(SUM, 1, offset(layout, path));
        return MethodHandles.filterCoordinates(field, 1, shift).withInvokeExactBehavior();
    }

    private static MethodHandle sum() {
        try {
            return MethodHandles.lookup().findStatic(Long.class, "sum",
                    MethodType.methodType(long.class, long.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
