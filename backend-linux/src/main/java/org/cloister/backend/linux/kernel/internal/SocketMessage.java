// SPDX-License-Identifier: Apache-2.0
package org.cloister.backend.linux.kernel.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What {@code sendmsg} and {@code recvmsg} take: a message of one piece, and a control message with descriptors
 * (Linux on 64-bit machines: {@code struct msghdr}, {@code struct cmsghdr}, {@code SCM_RIGHTS}).
 *
 * <pre>
 *   msghdr   0 name | 8 its length, padding | 16 pieces | 24 their number | 32 control | 40 its length | 48 flags
 *   cmsghdr  0 length with this header | 8 level | 12 type | 16 descriptors, 4 bytes each
 * </pre>
 */
final class SocketMessage {
    static final StructLayout PIECE =
            MemoryLayout.structLayout(ADDRESS.withName("base"), JAVA_LONG.withName("length")).withName("iovec");
    static final StructLayout MESSAGE = MemoryLayout.structLayout(
            ADDRESS.withName("name"), JAVA_INT.withName("namelen"), MemoryLayout.paddingLayout(4),
            ADDRESS.withName("iov"), JAVA_LONG.withName("iovlen"),
            ADDRESS.withName("control"), JAVA_LONG.withName("controllen"),
            JAVA_INT.withName("flags"), MemoryLayout.paddingLayout(4)).withName("msghdr");
    static final StructLayout CONTROL = MemoryLayout.structLayout(
            JAVA_LONG.withName("len"), JAVA_INT.withName("level"), JAVA_INT.withName("type")).withName("cmsghdr");

    private static final int SOCKET = 1;
    private static final int RIGHTS = 1;
    private static final int CONTROL_TRUNCATED = 8;

    private static final VarHandle PIECE_BASE = Fields.of(PIECE, "base");
    private static final VarHandle PIECE_LENGTH = Fields.of(PIECE, "length");
    private static final VarHandle PIECES = Fields.of(MESSAGE, "iov");
    private static final VarHandle PIECE_COUNT = Fields.of(MESSAGE, "iovlen");
    private static final VarHandle MESSAGE_CONTROL = Fields.of(MESSAGE, "control");
    private static final VarHandle MESSAGE_CONTROL_LENGTH = Fields.of(MESSAGE, "controllen");
    private static final VarHandle MESSAGE_FLAGS = Fields.of(MESSAGE, "flags");
    private static final VarHandle LENGTH = Fields.of(CONTROL, "len");
    private static final VarHandle LEVEL = Fields.of(CONTROL, "level");
    private static final VarHandle TYPE = Fields.of(CONTROL, "type");

    private SocketMessage() {}

    private static MemorySegment message(Arena arena, MemorySegment bytes, MemorySegment control) {
        MemorySegment piece = arena.allocate(PIECE);
        PIECE_BASE.set(piece, 0L, bytes);
        PIECE_LENGTH.set(piece, 0L, bytes.byteSize());
        MemorySegment message = arena.allocate(MESSAGE);
        PIECES.set(message, 0L, piece);
        PIECE_COUNT.set(message, 0L, 1L);
        MESSAGE_CONTROL.set(message, 0L, control);
        MESSAGE_CONTROL_LENGTH.set(message, 0L, control.byteSize());
        return message;
    }

    private static long controlSize(int descriptors) {
        return CONTROL.byteSize() + Math.ceilDiv((long) descriptors * Integer.BYTES, Long.BYTES) * Long.BYTES;
    }

    /** A message to send. */
    static MemorySegment outgoing(Arena arena, MemorySegment bytes, int... descriptors) {
        if (descriptors.length == 0) {
            return message(arena, bytes, MemorySegment.NULL);
        }
        MemorySegment control = arena.allocate(controlSize(descriptors.length), Long.BYTES);
        LENGTH.set(control, 0L, CONTROL.byteSize() + (long) descriptors.length * Integer.BYTES);
        LEVEL.set(control, 0L, SOCKET);
        TYPE.set(control, 0L, RIGHTS);
        MemorySegment.copy(descriptors, 0, control, JAVA_INT, CONTROL.byteSize(), descriptors.length);
        return message(arena, bytes, control);
    }

    /** A message to receive into, with room for as many descriptors as one can have. */
    static MemorySegment incoming(Arena arena, MemorySegment bytes) {
        return message(arena, bytes, arena.allocate(controlSize(SocketCalls.MAX_DESCRIPTORS), Long.BYTES));
    }

    /** The descriptors of a message that was received. */
    @SuppressWarnings("restricted") // the segment that was set in incoming, whose bounds were lost on the way
    static int[] descriptors(MemorySegment message) {
        long length = (long) MESSAGE_CONTROL_LENGTH.get(message, 0L);
        MemorySegment control = ((MemorySegment) MESSAGE_CONTROL.get(message, 0L)).reinterpret(length);
        IntStream found = IntStream.empty();
        for (long at = 0; at + CONTROL.byteSize() <= length;) {
            long size = (long) LENGTH.get(control, at);
            if (size < CONTROL.byteSize() || size > length - at) {
                break;
            }
            if ((int) LEVEL.get(control, at) == SOCKET && (int) TYPE.get(control, at) == RIGHTS) {
                int[] some = control.asSlice(at + CONTROL.byteSize(), size - CONTROL.byteSize()).toArray(JAVA_INT);
                found = IntStream.concat(found, Arrays.stream(some));
            }
            at += Math.ceilDiv(size, Long.BYTES) * Long.BYTES;
        }
        return found.toArray();
    }

    /** Whether the receiver had no room for all descriptors. */
    static boolean isTruncated(MemorySegment message) {
        return ((int) MESSAGE_FLAGS.get(message, 0L) & CONTROL_TRUNCATED) != 0;
    }
}
